"""Bridge: DynamoDB serves any number of callers at once; MiniStack serves one after the other, in the order they come.

With fifty personas being made, a request of the API would wait for those of fifty workers. Here workers' requests wait
for their turn, one at a time, and the API's requests pass them: also those that have reached the socket and are not
read yet, for which a turn waits some passes of the event loop. A job's request takes its turn as if it had come
JOBS_LATER_S later than it did, so that generations come first and no job waits for ever.

A worker's AWS clients name its class in their User-Agent: the SDKs' setting AWS_SDK_UA_APP_ID.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections import deque
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

APP_ID: Final = "AWS_SDK_UA_APP_ID"
WORKER, JOB = "fourfold-worker", "fourfold-job"
JOBS_LATER_S: Final = 3.0

_DYNAMODB: Final = b"DynamoDB_"
# From a readable socket to the app: the bytes, hypercorn's reader, and its task of the request.
_PASSES_TO_THE_APP: Final = 3

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ForegroundFirst:
    """An ASGI app before MiniStack's. Only requests to DynamoDB take turns: their handlers wait for nothing."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._turns = Turns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        later_s = _waits(scope)
        if later_s is None:
            await self._app(scope, receive, send)
            return
        whole = await _whole_request(receive)  # no turn waits for a sender
        await self._turns.take(later_s)
        try:
            for _ in range(_PASSES_TO_THE_APP):
                await asyncio.sleep(0)
            await self._app(scope, whole, send)
        finally:
            self._turns.give_back()


class Turns:
    """One turn at a time, given in the order of asking; for one event loop."""

    def __init__(self) -> None:
        self._taken = False
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    async def take(self, later_s: float = 0.0) -> None:
        """Returns when it is the caller's turn, which is that of one who asks `later_s` later."""
        if not self._taken:
            self._taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (time.monotonic() + later_s, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was given as the caller left
                self.give_back()
            raise

    def give_back(self) -> None:
        """Ends a turn."""
        while self._waiting:
            turn = heapq.heappop(self._waiting)[2]
            if not turn.done():  # else its caller has left
                turn.set_result(None)
                return
        self._taken = False


async def _whole_request(receive: Receive) -> Receive:
    """The request's messages, received: to its end, or to a disconnect."""
    received: deque[Any] = deque()
    more = True
    while more:
        received.append(await receive())
        more = received[-1].get("more_body", False)

    async def next_message() -> Any:  # noqa: ANN401 - an ASGI message
        return received.popleft() if received else await receive()

    return next_message


def _waits(scope: Scope) -> float | None:
    """By how much a request's turn is put off; None for one that takes no turns."""
    if scope["type"] != "http":
        return None
    headers = dict(scope["headers"])
    agent: bytes = headers.get(b"user-agent", b"")
    if not headers.get(b"x-amz-target", b"").startswith(_DYNAMODB):
        return None
    if JOB.encode() in agent:
        return JOBS_LATER_S
    return 0.0 if WORKER.encode() in agent else None
