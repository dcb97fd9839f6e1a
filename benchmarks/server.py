"""A stack for a measurement: `python -m infra.local up` in a new home, stopped at the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.integration.local_server import BY_THEMSELVES

REPOSITORY = Path(__file__).parents[1]
_PATIENCE_S = 180


@dataclass(frozen=True)
class Served:
    """A running stack. `start_ms` is the time from the process's start to the first healthy response."""

    url: str
    key: str
    start_ms: float
    pid: int

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)

    def without_jobs(self) -> None:
        """Stops the automatic background jobs, which make 80 model calls for each persona."""
        self.set_jobs(run=False)

    def set_jobs(self, *, run: bool) -> None:
        """Whether new personas get their background jobs."""
        ops = [{"op": "set", "key": key, "value": run} for key in BY_THEMSELVES]
        with self.client() as client:
            client.patch("/v1/config", json={"scope": "system", "ops": ops}).raise_for_status()


@contextmanager
def served(home: Path) -> Iterator[Served]:
    """The stack of `home`, until the context ends."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "FOURFOLD_HOME": str(home), "PORT": str(port)}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local", "up"], cwd=REPOSITORY, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait(url, process)
        start_ms = (time.perf_counter() - began) * 1000
        yield Served(url, (home / "api_key").read_text().strip(), start_ms, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the stack ended with {process.returncode} before it served")
        try:
            if httpx.get(f"{url}/v1/health", timeout=1).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)
    raise TimeoutError(f"the stack did not serve within {_PATIENCE_S} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
