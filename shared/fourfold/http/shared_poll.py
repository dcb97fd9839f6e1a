"""One request that looks for the next entry of every followed log, instead of one for each follower."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

from fourfold.progress.log import LogPlace

# The shortest time from one request to the next.
INTERVAL_S = 0.05


Find = Callable[[Sequence[LogPlace]], Awaitable[Collection[LogPlace]]]


class SharedPoll:
    """Answers followers of one event loop: questions that arrive within INTERVAL_S are one request."""

    def __init__(self, find: Find) -> None:
        """`find` returns which of the places hold an entry."""
        self._find = find
        self._asked: dict[LogPlace, asyncio.Future[bool]] = {}
        self._polling: asyncio.Task[None] | None = None
        self._begun_at = -INTERVAL_S

    async def exists(self, place: LogPlace) -> bool:
        """Whether the entry is there; raises what `find` raises."""
        answer = self._asked.get(place)
        if answer is None:
            answer = self._asked[place] = asyncio.get_running_loop().create_future()
        if self._polling is None or self._polling.done():
            self._polling = asyncio.create_task(self._poll())
        return await asyncio.shield(answer)  # a follower that leaves takes the answer from no other

    async def _poll(self) -> None:
        while self._asked:
            await asyncio.sleep(max(0.0, self._begun_at + INTERVAL_S - time.monotonic()))
            self._begun_at = time.monotonic()
            asked, self._asked = self._asked, {}
            try:
                found = await self._find(list(asked))
            except Exception as error:  # noqa: BLE001 - whatever the store raises is each follower's own error
                for answer in asked.values():
                    answer.set_exception(error)
                    with suppress(Exception):  # read once here: a follower may have left
                        answer.exception()
            else:
                for place, answer in asked.items():
                    answer.set_result(place in found)
