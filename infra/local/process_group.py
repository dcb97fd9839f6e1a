"""A process group that is killed when this process has ended, even by `kill -9`.

A child can notice the end of its parent by a pipe that closes, but not while a call that keeps the interpreter's lock
(a regular expression over a long text) runs in it. So the first process of the group waits for the end of a pipe that
only this process holds, and then kills its group. It works on Linux and macOS; `PR_SET_PDEATHSIG` exists on Linux only,
and refers to the thread that started the child.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from typing import Any

_WAIT_AND_KILL = "read -r _; kill -KILL 0"


class ProcessGroup:
    """Starts processes that end with this one. A signal of the terminal (Ctrl-C) does not reach them. Thread-safe."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._first: subprocess.Popen[bytes] | None = None

    def start(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:  # noqa: ANN401 - those of Popen
        """Starts a process in the group; `options` are those of `subprocess.Popen`. Raises OSError."""
        with self._starting:
            if self._first is not None and self._first.poll() is not None:
                self._end()
            if self._first is None:
                self._first = subprocess.Popen(
                    ["/bin/sh", "-c", _WAIT_AND_KILL], stdin=subprocess.PIPE, process_group=0
                )
            return subprocess.Popen(command, process_group=self._first.pid, **options)

    def end(self) -> None:
        """Kills the processes that are left."""
        with self._starting:
            self._end()

    def _end(self) -> None:
        if self._first is not None and self._first.stdin is not None:
            self._first.stdin.close()
            self._first.wait()
            self._first = None
