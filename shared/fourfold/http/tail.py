"""Follows run logs by polling. All followers of a process share one budget of polls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import anyio

from fourfold.progress.log import LogEntry

Read = Callable[[int], Awaitable[Sequence[LogEntry]]]
Ended = Callable[[], Awaitable[bool]]

MIN_PAUSE_S = 0.05
MAX_PAUSE_S = 0.5
# The pause is a fifth of the time since the last entry, so an event is delayed by 20% of the silence at most.
_PAUSE_SHARE = 0.2
_POLLS_PER_SECOND = 100
# How often the status of a silent run is read: its log may have expired, or its writer may have died.
CHECK_ENDED_EVERY_S = 5.0


class Tails:
    """The followers of one process. `followers` is their current number."""

    def __init__(self, pause: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._pause = pause
        self.followers = 0

    async def follow(self, read: Read, after: int, ended: Ended) -> AsyncGenerator[Sequence[LogEntry]]:
        """Yields batches of entries after `after`, each entry once and in order, until the terminal entry.

        A poll without new entries yields an empty batch.

        Args:
            read: returns the entries after a sequence number.
            after: the newest sequence number that the caller has.
            ended: whether the run has ended; read every CHECK_ENDED_EVERY_S seconds while there are no new entries.
        """
        self.followers += 1
        try:
            last_entry_at = last_check_at = time.monotonic()
            while True:
                entries = await read(after)
                yield entries
                now = time.monotonic()
                if entries:
                    after, last_entry_at, last_check_at = entries[-1].seq, now, now
                    if entries[-1].terminal:
                        return
                elif now - last_check_at >= CHECK_ENDED_EVERY_S:
                    last_check_at = now
                    if await ended() and not await read(after):
                        return
                await self._pause(self._pause_after(now - last_entry_at))
        finally:
            self.followers -= 1

    def _pause_after(self, silent_s: float) -> float:
        pause = min(max(silent_s * _PAUSE_SHARE, MIN_PAUSE_S), MAX_PAUSE_S)
        return max(pause, self.followers / _POLLS_PER_SECOND)
