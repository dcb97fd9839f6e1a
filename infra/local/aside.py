"""Work done aside, in a forked copy of this process: it sees everything as it was in one moment, and holds nobody up.

Only on Linux: forking a process that has loaded Apple's frameworks is not safe.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

SUPPORTED: Final = sys.platform == "linux"
LONGEST_S: Final = 60.0
_READ_BYTES: Final = 65_536
_PR_SET_PDEATHSIG: Final = 1


class AsideError(Exception):
    """The work failed or took too long; the text is what was logged as an error."""


def aside(work: Callable[[], object], longest_s: float = LONGEST_S) -> None:
    """Does `work` in a copy of this process, and returns when it is done.

    The copy has no other thread, so `work` must not need a lock that one may hold just now: it would wait for ever, and
    is ended after `longest_s` seconds. It has none of the open files either, and ends with this process.

    Raises:
        AsideError: the work raised, logged an error or was ended.
    """
    libc = ctypes.CDLL(None)
    reading, writing = os.pipe()
    parent, child = os.getpid(), os.fork()
    if child == 0:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before it was told of
            os._exit(1)
        _do(work, writing)
    os.close(writing)
    try:
        told = _read(reading, time.monotonic() + longest_s)
    finally:
        os.close(reading)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)  # it has said its last word, or has had its time
        os.waitpid(child, 0)
    if told:
        raise AsideError(told)


def _read(pipe: int, until: float) -> str:
    """All that is written to the pipe, or that its end was not reached."""
    told = b""
    while True:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            return "it took too long"
        more = os.read(pipe, _READ_BYTES)
        if not more:
            return told.decode(errors="replace")
        told += more


def _do(work: Callable[[], object], pipe: int) -> NoReturn:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which waits for us
        gc.disable()  # a collection would touch, and so copy, all memory we share
        _close_all_but(pipe)
        logging.getLogger().handlers = [_Tell(pipe)]
        work()
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
