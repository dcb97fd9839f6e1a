"""The calls that a server works on at a time, counted over all processes of a machine.

A local engine runs each Lambda function in processes of its own: two background jobs and a chat would send a server
with two slots six calls, and four of them would wait in the server, against their timeouts. So a slot is a lock on a
file, which the system gives back when a process dies.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Semaphore
from typing import Final, Self

from fourfold.errors import DeadlineError

logger = logging.getLogger(__name__)

_LOOK_EVERY_S: Final = 0.05


class NoSlotError(DeadlineError):
    """No slot was free in time."""


class Slots:
    """`count` slots of the server called `name`, the same for every process of a user that names it so.

    `folder` holds the locks; by default one of the user's under the system's folder for temporary files. Where it
    cannot be made, the slots count for this process alone.
    """

    def __init__(self, name: str, count: int, folder: Path | None = None) -> None:
        self._here = Semaphore(count)
        self._folder = folder or Path(tempfile.gettempdir()) / f"fourfold-slots-{os.getuid()}"
        digest = hashlib.sha256(name.encode()).hexdigest()[:24]
        # The first lock is the turn to look for a free slot, the others are the slots.
        self._names = tuple(f"{digest}.{number}" for number in range(count + 1))

    @contextmanager
    def taken(self, timeout_s: float) -> Iterator[None]:
        """Holds a slot.

        Raises:
            NoSlotError: none was free within `timeout_s` seconds.
        """
        ends = time.monotonic() + timeout_s
        if not self._here.acquire(timeout=max(0.0, timeout_s)):
            raise NoSlotError
        try:
            with self._lock_of_a_slot(ends):
                yield
        finally:
            self._here.release()

    @contextmanager
    def _lock_of_a_slot(self, ends: float) -> Iterator[None]:
        try:
            slot = self._slot_in_turn(ends)
        except OSError as error:
            logger.warning("the slots of a model count for this process alone: %s", type(error).__name__)
            yield
            return
        with slot:
            yield

    def _slot_in_turn(self, ends: float) -> _Lock:
        """A slot. Processes look for one in turn: else one that has just given its slot back would take it again before
        any that waits looks at it.

        Raises:
            NoSlotError: none was free in time.
            OSError: there can be no locks, because the folder cannot be made or is not the user's own.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        status = self._folder.lstat()
        if status.st_uid != os.getuid() or self._folder.is_symlink():
            raise PermissionError(f"{self._folder} belongs to another user")
        turn, *slots = (self._folder / name for name in self._names)
        with _awaited([turn], ends):
            return _awaited(slots, ends)


@dataclass(frozen=True)
class _Lock:
    """A lock that is held: on a file that is removed when it is released."""

    file: Path
    descriptor: int

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.file.unlink(missing_ok=True)
        os.close(self.descriptor)


def _awaited(files: Sequence[Path], ends: float) -> _Lock:
    """The lock of the first of the files that is free."""
    while (lock := next(filter(None, map(_locked, files)), None)) is None:
        if time.monotonic() >= ends:
            raise NoSlotError
        time.sleep(_LOOK_EVERY_S)
    return lock


def _locked(file: Path) -> _Lock | None:
    """The lock of a file; None if another holds it."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(descriptor).st_ino == file.stat().st_ino:
            return _Lock(file, descriptor)
    except (BlockingIOError, FileNotFoundError):
        pass  # it is held, or its holder has removed it since it was opened
    os.close(descriptor)
    return None
