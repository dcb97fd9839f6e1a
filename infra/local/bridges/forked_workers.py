"""Bridge: MiniStack starts each Lambda worker as a fresh interpreter, which takes 0.5 s of CPU to import its libraries.

Here workers are forked from a process that has imported them (`fork_server`), as SnapStart restores a function from a
snapshot of its initialised runtime. Linux only: forking a process that has loaded Apple's frameworks is not safe.
Elsewhere MiniStack starts its workers unchanged.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TextIO, cast

from infra.local.bridges.fork_server import NUMBER_BYTES
from infra.local.home import REPOSITORY

SUPPORTED = sys.platform == "linux"


class ForkServer:
    """The fork server's process, and a client of it. Its libraries are loaded from construction on."""

    def __init__(self, log: Path, libraries: Iterable[str] = ()) -> None:
        """`libraries` are imported in addition to those of every worker: the SDKs of the providers in use."""
        self._requests, theirs = socket.socketpair()
        self._asking = threading.Lock()
        with theirs, log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.bridges.fork_server", str(theirs.fileno()), *libraries],
                pass_fds=[theirs.fileno()],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C goes to the parent only
            )

    def install(self) -> None:
        """Make MiniStack start its Python workers by this server."""
        from ministack.core import lambda_runtime

        lambda_runtime.subprocess = SimpleNamespace(
            Popen=self.popen, PIPE=subprocess.PIPE, STDOUT=subprocess.STDOUT, DEVNULL=subprocess.DEVNULL
        )

    def stop(self) -> None:
        self._requests.close()
        self._process.wait()

    def popen(self, command: list[str], **options: Any) -> subprocess.Popen[str] | ForkedWorker:  # noqa: ANN401 - Popen's
        """`subprocess.Popen`, except that a script for this interpreter is forked."""
        if command[0] != sys.executable or options.get("stdin") != subprocess.PIPE:
            return subprocess.Popen(command, **options)
        return self.fork(command[1], options["env"], options["cwd"])

    def fork(self, script: str, environment: Mapping[str, str], folder: str) -> ForkedWorker:
        """Run a Python script with pipes for its streams. Raises OSError when the server has ended."""
        stdin, to_worker = os.pipe()
        from_worker, stdout = os.pipe()
        log, stderr = os.pipe()
        lifeline, held = os.pipe()
        request = json.dumps({"script": script, "environment": dict(environment), "folder": folder}).encode()
        theirs = [stdin, stdout, stderr, held]
        try:
            with self._asking:
                socket.send_fds(self._requests, [len(request).to_bytes(NUMBER_BYTES)], theirs)
                self._requests.sendall(request)
                worker = int.from_bytes(self._requests.recv(NUMBER_BYTES, socket.MSG_WAITALL))
        except OSError:
            for descriptor in (to_worker, from_worker, log, lifeline):
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        return ForkedWorker(worker, to_worker, from_worker, log, lifeline)


class ForkedWorker:
    """The part of `Popen` that MiniStack uses, for a process that is the fork server's child and not ours.

    `lifeline` is the reading end of a pipe that the worker holds open: it is closed when the worker ends.
    """

    def __init__(self, pid: int, stdin: int, stdout: int, stderr: int, lifeline: int) -> None:
        self.pid = pid
        self.stdin = cast("TextIO", os.fdopen(stdin, "w", 1, encoding="utf-8"))
        self.stdout = cast("TextIO", os.fdopen(stdout, encoding="utf-8"))
        self.stderr = cast("TextIO", os.fdopen(stderr, encoding="utf-8", errors="backslashreplace"))
        self._lifeline = os.fdopen(lifeline, "rb", 0)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it runs, else 0: only the parent, the fork server, learns the exit status."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired after `timeout` seconds."""
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(f"worker {self.pid}", timeout or 0)
        return code

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            waiting = select.poll()  # select() takes no descriptor above 1024
            waiting.register(self._lifeline, select.POLLIN | select.POLLHUP)
            if waiting.poll(None if timeout is None else timeout * 1000):
                self.returncode = 0
                self._lifeline.close()
        return self.returncode

    def _signal(self, number: signal.Signals) -> None:
        if self.poll() is None:  # while it runs, no other process has its id
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
