"""`python -m infra.local up` as a test drives it: a process of its own, on a home of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import httpx

from infra.local.engine import REGION
from infra.local.home import REPOSITORY, Home, Server

START_SECONDS = 600
# Jobs under way are waited for a while, the state is saved, and a start that has just ended prints its addresses. On a
# machine with ten times its load that took 52 s.
STOP_SECONDS = 180
EVENTUALLY_SECONDS = 60  # background jobs have the lowest priority: beside other work they take long
BY_THEMSELVES = ("engine.fingerprint.run_on_create", "engine.provocation.run_on_create")


class LocalServer:
    """A home, and the server that runs on it between `start` and `stop` or `kill`."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        """`environment` is what a developer would have set: model keys, say. Keys of the machine's own are not seen."""
        self.home = Home(folder)
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")},
            **(environment or {}),
        }
        self.output = folder / "up.log"
        self._process: subprocess.Popen[bytes] | None = None
        self._server: Server | None = None

    def start(self) -> float:
        """Serve; returns the seconds until the API answered."""
        self.home.root.mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local", "up"],
                cwd=REPOSITORY,
                env={**self._environment, "FOURFOLD_HOME": str(self.home.root), "PORT": "0"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        while time.monotonic() - started < START_SECONDS and self._process.poll() is None:
            if self.home.server_file.exists():
                announced = Server(**json.loads(self.home.server_file.read_text(encoding="utf-8")))
                if announced.pid == self._process.pid:
                    self._server = announced
                    return time.monotonic() - started
            time.sleep(0.02)
        raise AssertionError(f"the server did not start:\n{self.said()}{self._engine_log()}")

    def stop(self) -> int:
        """The exit status after a SIGTERM."""
        process = self._running()
        process.send_signal(signal.SIGTERM)
        return process.wait(STOP_SECONDS)

    def kill(self) -> None:
        process = self._running()
        process.kill()
        process.wait(STOP_SECONDS)

    def stand_still(self, seconds: float) -> None:
        """Nothing is answered for so long; what was asked meanwhile is done then."""
        process = self._running()
        process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        process.send_signal(signal.SIGCONT)

    def is_alive(self) -> bool:
        return self._running().poll() is None

    @property
    def process_id(self) -> int:
        return self._running().pid

    def said(self) -> str:
        """What the last start printed."""
        return self.output.read_text(encoding="utf-8")

    @property
    def server(self) -> Server:
        assert self._server is not None
        return self._server

    @property
    def api_key(self) -> str:
        return self.home.api_key()

    def aws(self, service: str, **credentials: str) -> Any:
        """A client of the engine: the account's root unless other credentials are given."""
        root = {"aws_access_key_id": self.server.root_key, "aws_secret_access_key": self.server.root_key}
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.server.engine_url,
            region_name=REGION,
            **(credentials or root),
        )

    def outputs(self) -> dict[str, str]:
        """The outputs of all deployed stacks by their keys."""
        stacks = self.aws("cloudformation").describe_stacks()["Stacks"]
        return {pair["OutputKey"]: pair["OutputValue"] for stack in stacks for pair in stack.get("Outputs", [])}

    def call(
        self, method: str, path: str, *, body: Any = None, headers: Mapping[str, str] | None = None, timeout: float = 30
    ) -> httpx.Response:
        """An API call with the development key."""
        sent = {"Authorization": f"Bearer {self.api_key}", **(headers or {})}
        return httpx.request(method, self.server.api_url + path, json=body, headers=sent, timeout=timeout)

    def commit(self, settings: Mapping[str, Any], scope: str = "workspace") -> None:
        """Settings of the development workspace, or of a scope above it, by their keys."""
        ops = [{"op": "set", "key": key, "value": value} for key, value in settings.items()]
        reply = self.call("PATCH", "/v1/config", body={"scope": scope, "ops": ops})
        assert reply.status_code == 200, reply.text

    def reset(self, *keys: str) -> None:
        """Takes back what `commit` set in the development workspace."""
        reply = self.call("PATCH", "/v1/config", body={"ops": [{"op": "unset", "key": key} for key in keys]})
        assert reply.status_code == 200, reply.text

    def without_jobs(self) -> None:
        """From here on no persona gets its fingerprint and its provocation suite by itself.

        Two hundred model calls each: they would take the time of the tests beside them, and the answers of a provider
        that plays what a test told it to.
        """
        self.commit(dict.fromkeys(BY_THEMSELVES, False), scope="system")

    def children(self) -> list[int]:
        """Process ids of what the server started and has not ended, on systems with a /proc."""
        mine = str(self.home.root).encode()
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                if int(folder.name) != self._running().pid and mine in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                continue  # it ended meanwhile, or is another user's
        return found

    def borrow_made_before(self) -> None:
        """Take what `make up` synthesized in this clone; it is used only if it was made of these very sources."""
        made_before = REPOSITORY / ".local" / "assembly"
        if made_before.exists():
            shutil.copytree(made_before, self.home.assemblies)

    def borrow_assembly(self, other: LocalServer) -> None:
        """Take the synthesized template of another home, to save the time of making it again."""
        shutil.copytree(other.home.assemblies, self.home.assemblies)

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None
        return self._process

    def _engine_log(self) -> str:
        return self.home.log.read_text(encoding="utf-8")[-4000:] if self.home.log.exists() else ""


def eventually(condition: Any, seconds: float = EVENTUALLY_SECONDS) -> Any:
    """The first true value of `condition()` within `seconds`; fails when there is none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not happen")
