"""The REST API on a port of this machine, in its own process.

The process has the deployed API function's environment variables and credentials of the function's role, and no others.
So a grant that is missing in the template is missing here.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO, cast

from fourfold.errors import LocalError
from infra.local.home import REPOSITORY
from infra.local.process_group import ProcessGroup

DEFAULT_PORT = 8000
START_SECONDS = 180  # on a laptop that compiles something
STOP_SECONDS = 6


class PortTakenError(LocalError):
    """Another program listens on the port."""


class ApiStartError(LocalError):
    """The API's process ended or did not answer; its log has the reason."""


@dataclass(frozen=True)
class SignIn:
    """What a one-use link of the console is worth: its token, the key it is exchanged for, its end (s since 1970)."""

    token: str
    api_key: str
    expires_at: float


def listen(port: int) -> socket.socket:
    """A loopback socket that listens on `port` (0: any free one). Raises PortTakenError."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTakenError(f"port {port} is in use by another program; choose one with PORT=<number>") from None
        raise
    return listener


class Api:
    """The API's process. It imports its libraries from construction on, and serves once it has its environment."""

    def __init__(self, listener: socket.socket, log: Path, group: ProcessGroup) -> None:
        """The process is in `group`, so Ctrl-C reaches the parent only, which stops its processes in order."""
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._log = log
        with log.open("ab") as output:
            self._process = group.start(
                [sys.executable, "-m", "infra.local.api_process", str(listener.fileno())],
                cwd=REPOSITORY,
                env={name: value for name, value in os.environ.items() if not _is_withheld(name)},
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                pass_fds=[listener.fileno()],
                text=True,
            )
        listener.close()
        self._input = cast("TextIO", self._process.stdin)
        os.set_blocking(self._input.fileno(), False)  # no execution waits for a process that does not read
        self._writing = threading.Lock()

    def start(self, environment: dict[str, str], sign_in: SignIn) -> None:
        """Serve with this environment and this link to the console; returns when the API answers.

        Raises:
            ApiStartError: it does not answer within START_SECONDS, or its process ends.
        """
        try:
            self._input.write(json.dumps({"environment": environment, "sign_in": asdict(sign_in)}) + "\n")
            self._input.flush()
        except BrokenPipeError:
            raise ApiStartError(f"the API's process ended; see {self._log}") from None
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            if is_healthy(self.url):
                return
            time.sleep(0.02)
        raise ApiStartError(f"the API does not answer; see {self._log}")

    def run_ended(self, run_id: str) -> None:
        """Have the requests that wait for this run look at once. It does not block: they look anyway, only later."""
        with self._writing, suppress(OSError, ValueError):  # the process has ended or is stopped; its input is closed
            os.write(self._input.fileno(), f"{run_id}\n".encode())

    def stop(self) -> None:
        """Let the requests in progress end (open streams are closed), then end the process."""
        with self._writing, suppress(BrokenPipeError):
            self._input.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _is_withheld(name: str) -> bool:
    """Credentials come from the function's role. Model keys are passed on, because chats run in this process."""
    return name.startswith("AWS_")


def is_healthy(url: str) -> bool:
    """Whether the API at this address answers its health check with 200 within two seconds."""
    try:
        with urllib.request.urlopen(f"{url}/v1/health", timeout=2) as answer:  # noqa: S310 - our own loopback address
            healthy: bool = answer.status == 200  # noqa: PLR2004
            return healthy
    except (OSError, urllib.error.URLError):
        return False
