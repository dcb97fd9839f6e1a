"""Following a run's log: replay, then poll. Every reader in a process shares one budget of polls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

import anyio

from fourfold.progress.log import LogEntry

Read = Callable[[int], Awaitable[Sequence[LogEntry]]]
Ended = Callable[[], Awaitable[bool]]

SHORTEST_PAUSE = 0.05
LONGEST_PAUSE = 0.5
# A poll comes after a fifth of the time that has passed since the last news: late by 20 % at most.
_LATENESS = 0.2
_POLLS_PER_SECOND = 100
# How often a silent run is asked whether it is over: its log may have expired, or its writer died.
CHECK_SECONDS = 5.0


class Tails:
    """The followers of one process; `following` of them are at work."""

    def __init__(self, pause: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._pause = pause
        self.following = 0

    async def follow(self, read: Read, after: int, ended: Ended) -> AsyncGenerator[Sequence[LogEntry]]:
        """Batches of entries after `after`, each entry once and in order, until the terminal one; empty while quiet.

        Args:
            read: the entries after a number.
            after: the newest entry the caller has.
            ended: asked now and then while the log is quiet: whether the run is over all the same.
        """
        self.following += 1
        try:
            news = checked = time.monotonic()
            while True:
                entries = await read(after)
                yield entries
                now = time.monotonic()
                if entries:
                    after, news, checked = entries[-1].seq, now, now
                    if entries[-1].terminal:
                        return
                elif now - checked >= CHECK_SECONDS:
                    checked = now
                    if await ended() and not await read(after):
                        return
                await self._pause(self._pause_after(now - news))
        finally:
            self.following -= 1

    def _pause_after(self, quiet: float) -> float:
        pause = min(max(quiet * _LATENESS, SHORTEST_PAUSE), LONGEST_PAUSE)
        return max(pause, self.following / _POLLS_PER_SECOND)
