"""Bridge: MiniStack hides the messages of a delivery that failed for their queue's visibility timeout, six minutes or
more, whatever the reason. Lambda repeats an invocation that it could not begin, after pauses that grow.

Here messages are shown again after such a pause when the function was not at fault: it could not be begun, its process
ended, or the engine failed during the invocation, as with a full disk. As on AWS, a delivery whose function began
counts towards `maxReceiveCount`, so that a message which ends its worker each time reaches the dead-letter queue; one
whose function did not begin does not count.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from enum import Enum, auto
from typing import Any, Final

from infra.local.bridges.ministack_types import Json
from infra.local.bridges.steady_clock import steady_time

FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 60.0
# A message's attempts that no function saw; kept in memory beside MiniStack's own fields.
_NOT_BEGUN: Final = "fourfold_not_begun"
_SERVER_ERROR: Final = 500

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class Delivery(Enum):
    """How far the invocation for a batch of messages came."""

    NOT_BEGUN = auto()
    """There was no process for it, or its process ended before the function was asked."""
    CUT_OFF = auto()
    """Its process ended, or its function could not be imported."""
    TIMED_OUT = auto()
    """It may still be at work in its process."""
    ANSWERED = auto()
    """The function returned or raised."""

    @property
    def ended_early(self) -> bool:
        """Whether it is certain that nothing is at work on the messages, and that the function did not answer."""
        return self in {Delivery.NOT_BEGUN, Delivery.CUT_OFF}


class Batch:
    """Messages that were received together, for one invocation."""

    def __init__(self, messages: list[Json]) -> None:
        self._received = [(message, message.get("receipt_handle")) for message in messages]

    def show_again(self, delivery: Delivery) -> None:
        """Makes those that are still in their queue visible after a pause that doubles, unless they will be sooner.

        What was deleted, or has been received by another invocation since, does not change.
        """
        for message, handle in self._received:
            if message.get("receipt_handle") == handle:
                visible_at = steady_time() + _pause_s(message, delivery)
                message["visible_at"] = min(message["visible_at"], visible_at)


def _pause_s(message: Message, delivery: Delivery) -> float:
    attempts = message["receive_count"]
    if delivery is Delivery.NOT_BEGUN:
        message["receive_count"] -= 1
        attempts = message[_NOT_BEGUN] = message.get(_NOT_BEGUN, 0) + 1
    doubled: float = FIRST_PAUSE_S * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_PAUSE_S)


class CountedFaults:
    """An ASGI app before the engine's, which counts the requests that the engine failed."""

    def __init__(self, app: App) -> None:
        self._app = app
        self.count = 0
        """Requests answered with a 5xx status: MiniStack's internal errors, and changes that could not be stored."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def counted(message: MutableMapping[str, Any]) -> None:
            self.count += message.get("status", 0) >= _SERVER_ERROR
            await send(message)

        await self._app(scope, receive, counted)
