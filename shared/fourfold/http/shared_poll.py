"""One request that answers the questions of all followers of a process, instead of one for each follower."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

# The shortest time from one request to the next.
INTERVAL_S = 0.05


Asked = TypeVar("Asked", bound=Hashable)


class SharedPoll(Generic[Asked]):
    """Answers followers of one event loop: questions that arrive within INTERVAL_S are one request."""

    def __init__(self, find: Callable[[Sequence[Asked]], Awaitable[Collection[Asked]]]) -> None:
        """`find` returns those of what is asked for that are so."""
        self._find = find
        self._asked: dict[Asked, asyncio.Future[bool]] = {}
        self._polling: asyncio.Task[None] | None = None
        self._begun_at = -INTERVAL_S

    async def exists(self, asked: Asked) -> bool:
        """Whether `find` finds it; raises what `find` raises."""
        answer = self._asked.get(asked)
        if answer is None:
            answer = self._asked[asked] = asyncio.get_running_loop().create_future()
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
                for one, answer in asked.items():
                    answer.set_result(one in found)
