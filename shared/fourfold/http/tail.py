"""Following a run's log: replay, then poll. Every reader in a process shares one budget of polls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import anyio

from fourfold.progress.log import LogEntry

Read = Callable[[int], Awaitable[Sequence[LogEntry]]]
Ended = Callable[[], Awaitable[bool]]

MIN_PAUSE_S = 0.05
MAX_PAUSE_S = 0.5
# A poll comes after a fifth of the time that has passed since the last news: late by 20 % at most.
_PAUSE_SHARE = 0.2
_POLLS_PER_SECOND = 100
# How often a silent run is asked whether it is over: its log may have expired, or its writer died.
CHECK_ENDED_EVERY_S = 5.0


class Tails:
    """The followers of one process; `following` of them are at work."""

    def __init__(self, pause: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._pause = pause
        self.followers = 0

    async def follow(self, read: Read, after: int, ended: Ended) -> AsyncGenerator[Sequence[LogEntry]]:
        """Batches of entries after `after`, each entry once and in order, until the terminal one; empty while quiet.

        Args:
            read: the entries after a number.
            after: the newest entry the caller has.
            ended: asked now and then while the log is quiet: whether the run is over all the same.
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
