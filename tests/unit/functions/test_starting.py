"""Runs that are started at once take turns, and other requests do not wait for them."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

from functions.api.wiring import in_starting_thread, in_thread, starting_limiter


def test_many_starts_at_once_are_begun_some_at_a_time_in_order() -> None:
    begun: list[int] = []
    first = threading.Event()
    go_on = threading.Semaphore(0)

    def start(number: int) -> int:
        begun.append(number)
        first.set()
        go_on.acquire()
        return number

    async def go() -> list[int]:
        starts = [asyncio.create_task(in_starting_thread(partial(start, number))) for number in range(20)]
        await in_thread(first.wait)
        assert await in_thread(lambda: "read") == "read"
        assert len(begun) < len(starts) / 2
        go_on.release(len(starts))
        return await asyncio.gather(*starts)

    starting_limiter.cache_clear()
    assert asyncio.run(go()) == list(range(20))
    starting_limiter.cache_clear()
