"""Waits for runs to end. All requests of a process that wait share their polls, which read one record for each run.

The record ends before the log does, and a deleted run has none, so no entry of the log is read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence

import anyio

from fourfold.http.shared_poll import SharedPoll
from fourfold.http.tail import CHECK_ENDED_EVERY_S, Ended, pause_after
from fourfold.progress.ports import RunKey

FindEnded = Callable[[Sequence[RunKey]], Awaitable[Collection[RunKey]]]

Waker = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class RunEnds:
    """The requests of one process that wait for runs."""

    def __init__(self, find: FindEnded) -> None:
        """`find` returns which of some runs have ended or are gone."""
        self._poll = SharedPoll(find)
        self._wakers: dict[str, list[Waker]] = {}
        self._waiting = 0

    def wake(self, run_id: str) -> None:
        """Has those who wait for this run look at once. May be called from any thread."""
        for loop, woken in list(self._wakers.get(run_id, ())):
            loop.call_soon_threadsafe(woken.set)

    async def wait(self, run: RunKey, lost: Ended) -> AsyncGenerator[None]:
        """Yields after each poll that finds the run running; returns once it has ended.

        Args:
            run: the run.
            lost: whether the run has ended because nothing works on it; asked every CHECK_ENDED_EVERY_S seconds.
        """
        woken = asyncio.Event()
        waker = (asyncio.get_running_loop(), woken)
        self._wakers.setdefault(run.run_id, []).append(waker)
        self._waiting += 1
        began = checked_at = time.monotonic()
        try:
            while True:
                with anyio.move_on_after(pause_after(time.monotonic() - began, self._waiting)):
                    await woken.wait()
                woken.clear()
                if await self._poll.exists(run):
                    return
                yield
                if time.monotonic() - checked_at >= CHECK_ENDED_EVERY_S:
                    checked_at = time.monotonic()
                    if await lost():
                        return
        finally:
            self._waiting -= 1
            self._wakers[run.run_id].remove(waker)
            if not self._wakers[run.run_id]:
                del self._wakers[run.run_id]
