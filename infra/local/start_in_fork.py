"""Runs a function in a forked child without blocking the caller's other threads.

The child sees all memory as it was at one moment. Use it only where `infra.local.bridges.forked_workers` says that
forking is safe (SUPPORTED).
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
    """The function failed or took too long; the text is its traceback, or what it logged as an error."""


def start_in_fork(work: Callable[[], object], longest_s: float = LONGEST_S) -> Callable[[], None]:
    """Start `work` in a forked child; the returned function waits for its end and must be called.

    The child has no other thread, so `work` must not take a lock that another thread may hold at this moment: it would
    block, and is killed after `longest_s` seconds. The child's inherited files are closed, and it ends with this
    process.

    Raises:
        ForkError: the child could not be made. From the returned function: `work` raised, logged an error or was
            killed.
    """
    libc, parent = ctypes.CDLL(None), os.getpid()
    reading, writing = os.pipe()
    try:
        child = _fork()
    except OSError as error:
        os.close(reading)
        os.close(writing)
        raise ForkError(f"fork failed: {error}") from error
    if child == 0:
        _run_child(work, writing, lambda: bool(libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)) or os.getppid() != parent)
    os.close(writing)
    return lambda: _wait(child, reading, longest_s)


def _wait(child: int, reading: int, longest_s: float) -> None:
    try:
        output = _read(reading, time.monotonic() + longest_s)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it has closed the pipe, or its time is over
        os.waitpid(child, 0)
    if output != _DONE:
        raise ForkError(output.removesuffix(_DONE) or "the child was killed")


def _fork() -> int:
    with warnings.catch_warnings():  # Python 3.12 warns of the locks described above
        warnings.simplefilter("ignore", DeprecationWarning)
        return os.fork()


def _read(pipe: int, until: float) -> str:
    """All that is written to the pipe until it is closed; a note where that takes too long."""
    output, waiting = b"", select.poll()  # select() takes no descriptor above 1024
    waiting.register(pipe, select.POLLIN | select.POLLHUP)
    while True:
        if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
            return "it took too long"
        more = os.read(pipe, _READ_BYTES)
        if not more:
            return output.decode(errors="replace")
        output += more


def _run_child(work: Callable[[], object], pipe: int, orphaned: Callable[[], bool]) -> NoReturn:
    """`orphaned` ties the child's life to its parent's; true if the parent has ended already."""
    try:
        if orphaned():
            os._exit(1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the parent, which waits for the child
        gc.disable()  # a collection would write to, and so copy, all shared memory
        _close_all_but(pipe)
        logging.getLogger().handlers = [_PipeHandler(pipe)]
        work()
        os.write(pipe, _DONE.encode())
    except BaseException:  # noqa: BLE001 - every failure is reported to the parent
        os.write(pipe, traceback.format_exc().encode())
    finally:
        os._exit(0)


def _close_all_but(pipe: int) -> None:
    """An inherited connection, lock or worker's stream would stay open for its peer while the child holds it."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - numbers, not paths
        if int(name) > 2 and int(name) != pipe:  # noqa: PLR2004 - the standard streams
            with suppress(OSError):  # the descriptor of the listing, closed by now
                os.close(int(name))


class _PipeHandler(logging.Handler):
    """Writes errors to the pipe and nothing to the log file, which only the parent may rotate."""

    def __init__(self, pipe: int) -> None:
        super().__init__(logging.ERROR)
        self._pipe = pipe

    def emit(self, record: logging.LogRecord) -> None:
        os.write(self._pipe, f"{record.getMessage()}\n".encode())
