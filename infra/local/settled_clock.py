"""By which clock the API of this machine judges silence: the wall clock, unless it was set a short while ago.

A run that has logged nothing for long is lost. After the machine's clock was set, or the machine has slept, times of
entries say nothing about that: those of a run in progress may seem hours old.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

LOOK_EVERY_S: Final = 1.0
# More than the wall clock and the monotonic clock differ between two looks, on a machine that is busy.
_SET_S: Final = 5.0


class SettledClock:
    """The wall clock; the beginning of time for as long as `settles` after the clock was set or the machine slept."""

    def __init__(
        self, settles: timedelta, wall: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._settles_s = settles.total_seconds()
        self._wall = wall
        self._monotonic = monotonic
        self._offset_s = wall() - monotonic()
        self._settled_at = monotonic()

    def __call__(self) -> datetime:
        """The time in UTC."""
        self.look()
        if self._monotonic() < self._settled_at:
            return datetime.min.replace(tzinfo=UTC)
        return datetime.fromtimestamp(self._wall(), UTC)

    def look(self) -> None:
        """Notices whether the clock was set since the last look."""
        offset_s = self._wall() - self._monotonic()
        if abs(offset_s - self._offset_s) > _SET_S:
            self._settled_at = self._monotonic() + self._settles_s
        self._offset_s = offset_s

    def keep_looking(self) -> None:
        """Starts a thread that looks, so that a clock which is set and set back is noticed."""
        threading.Thread(target=self._look_now_and_then, name="settled-clock", daemon=True).start()

    def _look_now_and_then(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            self.look()
