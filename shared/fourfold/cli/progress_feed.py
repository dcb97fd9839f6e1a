"""Receives run events over a WebSocket, with the errors of the command line."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fourfold.cli.client import ApiError, UnreachableError
from fourfold.client.errors import ApiConnectionError, ApiProblemError
from fourfold.client.live import LiveFeed
from fourfold.client.subscription import SILENCE_S, Subscription, Target


class Feed:
    """A subscription to events. `connected` says whether there is a connection."""

    def __init__(
        self,
        address: Callable[[], str],
        key: str,
        targets: Sequence[Target],
        *,
        pause: Callable[[float], None] = time.sleep,
        silence_s: float = SILENCE_S,
    ) -> None:
        """`address` returns the URL; it is called for every connection, because a restarted server may have another."""
        self._address = address
        self._feed = LiveFeed(self._reachable, f"Bearer {key}", Subscription(targets), pause=pause, silence_s=silence_s)

    @property
    def connected(self) -> bool:
        """Whether there is a connection."""
        return self._feed.connected

    def events(self) -> Iterator[dict[str, Any] | None]:
        """Yields events, and None when the connection changes or after a second without an event.

        It ends when all subscribed runs have ended; subscriptions to a workspace or persona do not end.

        Raises:
            ApiError: the server rejects the key or a subscription, or the first connection fails.
        """
        try:
            yield from self._feed.events()
        except ApiProblemError as error:
            raise ApiError(f"{error.problem.title}: {error.problem.detail}") from None
        except ApiConnectionError as error:
            raise UnreachableError(str(error)) from error

    def _reachable(self) -> str:
        try:
            return self._address()
        except UnreachableError as error:
            raise ApiConnectionError(str(error)) from error
