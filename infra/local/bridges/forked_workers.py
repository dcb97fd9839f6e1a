"""Bridge: MiniStack starts each Lambda worker as a fresh interpreter, which takes half a second of CPU to import the
same libraries again; here workers are forked from a process that has imported them, as SnapStart restores a
function from a snapshot of its initialised runtime.

Only on Linux: forking a process that has loaded Apple's frameworks is not safe. Elsewhere a worker is started afresh.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path

from infra.local.bridges.fork_server import NUMBER_BYTES
from infra.local.home import REPOSITORY
from infra.local.process_group import ProcessGroup

SUPPORTED = sys.platform == "linux"


class ForkServer:
    """Starts workers in a tenth of the time. It loads its libraries from the moment it is made."""

    def __init__(self, log: Path, group: ProcessGroup, libraries: Iterable[str] = ()) -> None:
        """The server and its workers are in `group`.

        `libraries` are imported beside those every worker needs: the SDKs of the providers in use.
        """
        self._log = log
        self._group = group
        self._libraries = tuple(libraries)
        self._asking = threading.Lock()
        self._stopped = False
        self._start()

    def stop(self) -> None:
        """Ends the server; its workers end when their channels close."""
        with self._asking:
            self._stopped = True
            self._requests.close()
            self._process.wait()

    def fork(self, code: Path, channel: socket.socket) -> int:
        """The process id of a new worker for the code in this folder, which gets this end of its channel.

        A server that has ended (a process can be killed) is started again once. Raises OSError.
        """
        with self._asking:
            try:
                return self._asked(code, channel)
            except OSError:
                if self._stopped:
                    raise
                self._requests.close()
                self._process.kill()
                self._process.wait()
                self._start()
                return self._asked(code, channel)

    def _start(self) -> None:
        self._requests, theirs = socket.socketpair()
        with theirs, self._log.open("ab") as output:
            self._process = self._group.start(
                [sys.executable, "-m", "infra.local.bridges.fork_server", str(theirs.fileno()), *self._libraries],
                pass_fds=[theirs.fileno()],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def _asked(self, code: Path, channel: socket.socket) -> int:
        request = str(code).encode()
        socket.send_fds(self._requests, [len(request).to_bytes(NUMBER_BYTES)], [channel.fileno()])
        self._requests.sendall(request)
        worker = self._requests.recv(NUMBER_BYTES, socket.MSG_WAITALL)
        if len(worker) < NUMBER_BYTES:
            raise ConnectionResetError("the fork server ended")
        return int.from_bytes(worker)
