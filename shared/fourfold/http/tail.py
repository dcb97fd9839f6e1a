"""Follows run logs by polling. All followers of a process share their polls."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence

import anyio

from fourfold.http.shared_poll import SharedPoll
from fourfold.progress.log import LogEntry, LogPlace

Read = Callable[[int], Awaitable[Sequence[LogEntry]]]
Ended = Callable[[], Awaitable[bool]]
Find = Callable[[Sequence[LogPlace]], Awaitable[Collection[LogPlace]]]

MIN_PAUSE_S = 0.05
MAX_PAUSE_S = 0.2
# The pause is a tenth of the time since the last entry, so an event is delayed by 10% of the silence at most.
_PAUSE_SHARE = 0.1
# All followers of a process together read at most 50 times a second, however many they are.
_PAUSE_FOR_EACH_FOLLOWER_S = 0.02
# How often the status of a silent run is read: its log may have expired, or its writer may have died.
CHECK_ENDED_EVERY_S = 5.0


class Tails:
    """The followers of one process. `followers` is their current number."""

    def __init__(self, find: Find, pause: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        """`find` returns which of some entries exist."""
        self._poll = SharedPoll(find)
        self._pause = pause
        self.followers = 0

    async def follow(
        self, workspace_id: str, run_id: str, read: Read, after: int, ended: Ended
    ) -> AsyncGenerator[Sequence[LogEntry]]:
        """Yields batches of entries after `after`, each entry once and in order, until the terminal entry.

        A poll without new entries yields an empty batch.

        Args:
            workspace_id: of the run.
            run_id: the followed run.
            read: returns the entries after a sequence number.
            after: the newest sequence number that the caller has.
            ended: whether the run has ended; read every CHECK_ENDED_EVERY_S seconds while there are no new entries.
        """
        self.followers += 1
        try:
            over = False
            while True:
                entries = await read(after)
                if over and not entries:
                    return
                yield entries
                if entries:
                    after = entries[-1].seq
                    if entries[-1].terminal:
                        return
                silent_since = checked_at = time.monotonic()
                over = False
                while not over:
                    await self._pause(pause_after(time.monotonic() - silent_since, self.followers))
                    if await self._poll.exists(LogPlace(workspace_id, run_id, after + 1)):
                        break
                    yield ()
                    if time.monotonic() - checked_at >= CHECK_ENDED_EVERY_S:
                        checked_at = time.monotonic()
                        over = await ended()
        finally:
            self.followers -= 1


def pause_after(silent_s: float, followers: int) -> float:
    """Seconds until the next poll of one of a process's followers, of a run that has been silent for `silent_s`."""
    own = min(max(silent_s * _PAUSE_SHARE, MIN_PAUSE_S), MAX_PAUSE_S)
    return max(own, followers * _PAUSE_FOR_EACH_FOLLOWER_S)
