"""Work done aside, in a forked copy of this process: it sees everything as it was in one moment, and holds nobody up.

Only where `infra.local.forks` says that forking is safe.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import select
import signal
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

from fourfold.errors import LocalError

LONGEST_S: Final = 60.0
_READ_BYTES: Final = 65_536
_PR_SET_PDEATHSIG: Final = 1
_DONE: Final = "\0"


class ForkError(LocalError):
    """The work failed or took too long; the text is what was logged as an error."""


def run_in_fork(work: Callable[[], object], longest_s: float = LONGEST_S) -> None:
    """Executes `work` in a copy of this process and waits for its end.

    Raises:
        ForkError: the work raised, logged an error or was ended.
    """
    start_in_fork(work, longest_s)()


def start_in_fork(work: Callable[[], object], longest_s: float = LONGEST_S) -> Callable[[], None]:
    """Executes `work` in a copy of this process; the returned function waits for its end and must be called.

    The copy has no other thread, so `work` must not need a lock that another thread may hold: it would wait for ever,
    and is ended after `longest_s` seconds. It has none of the open files either, and ends with this process.

    Raises:
        ForkError: no copy could be made; from the returned function: the work raised, logged an error or was ended.
    """
    libc, parent = ctypes.CDLL(None), os.getpid()
    reading, writing = os.pipe()
    try:
        child = _fork()
    except OSError as error:
        os.close(reading)
        os.close(writing)
        raise ForkError(f"no copy could be made: {error}") from error
    if child == 0:
        _do(work, writing, lambda: bool(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)) or os.getppid() != parent)
    os.close(writing)
    return lambda: _wait(child, reading, longest_s)


def _wait(child: int, reading: int, longest_s: float) -> None:
    try:
        told = _read(reading, time.monotonic() + longest_s)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it has said its last word, or has had its time
        os.waitpid(child, 0)
    if told != _DONE:
        raise ForkError(told.removesuffix(_DONE) or "the copy was ended")


def _fork() -> int:
    with warnings.catch_warnings():  # Python 3.12 warns of forking with threads: of the locks told of above
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _read(pipe: int, until: float) -> str:
    """All that is written to the pipe, or that its end was not reached."""
    told, waiting = b"", select.poll()  # not select(): a descriptor may be above its limit of 1024
    waiting.register(pipe, select.POLLIN | select.POLLHUP)
    while True:
        if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
            return "it took too long"
        more = os.read(pipe, _READ_BYTES)
        if not more:
            return told.decode(errors="replace")
        told += more


def _do(work: Callable[[], object], pipe: int, orphaned: Callable[[], bool]) -> NoReturn:
    """`orphaned` has the copy end with its parent, and tells whether that has ended already."""
    try:
        if orphaned():
            os._exit(1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which waits for us
        gc.disable()  # a collection would touch, and so copy, all memory we share
        _close_all_but(pipe)
        logging.getLogger().handlers = [_Tell(pipe)]
        work()
        os.write(pipe, _DONE.encode())
    except BaseException:  # noqa: BLE001 - the parent must hear of it, whatever it is
        os.write(pipe, traceback.format_exc().encode())
    finally:
        os._exit(0)


def _close_all_but(pipe: int) -> None:
    """What this process keeps open others would take for open: connections, locks, the workers' streams."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        if int(name) > 2 and int(name) != pipe:  # noqa: PLR2004 - the standard streams
            with suppress(OSError):  # the listing's own
                os.close(int(name))


class _Tell(logging.Handler):
    """Writes errors to the pipe and nothing to the log, which is the parent's to rotate."""

    def __init__(self, pipe: int) -> None:
        super().__init__(logging.ERROR)
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        os.write(self._pipe, f"{record.getMessage()}\n".encode())
