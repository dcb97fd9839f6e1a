"""Run events over a WebSocket, for synchronous code."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from fourfold.client.errors import ApiConnectionError
from fourfold.client.subscription import (
    PING,
    REFUSALS,
    SILENCE_S,
    BrokenConnectionError,
    Subscription,
    pause_before,
    refused_handshake,
)


class LiveFeed:
    """The events of a subscription. `connected` says whether there is a connection."""

    def __init__(
        self,
        address: Callable[[], str],
        authorization: str,
        subscription: Subscription,
        *,
        pause: Callable[[float], None] = time.sleep,
        silence_s: float = SILENCE_S,
    ) -> None:
        """`address` returns the URL; it is called for every connection, because a server may move.

        `authorization` is the header with the API key.
        """
        self._address = address
        self._headers = {"Authorization": authorization}
        self._subscription = subscription
        self._pause = pause
        self._silence_s = silence_s
        self._was_connected = False
        self.connected = False

    def events(self) -> Iterator[dict[str, Any] | None]:
        """Yields events, and None when the connection changes or after a second without an event.

        It ends when all runs that the subscription names have ended.

        Raises:
            ApiProblemError: the server rejects the key or a subscription.
            ApiConnectionError: the first connection fails.
        """
        attempt = 0
        while not self._subscription.has_ended():
            try:
                with self._connection() as socket:
                    self._was_connected = True
                    for event in self._received(socket):
                        attempt = 0
                        yield event
                        if self._subscription.has_ended():
                            return
            except (ApiConnectionError, WebSocketException, OSError) as lost:
                if not self._was_connected:
                    reason = f"Cannot connect to live progress ({type(lost).__name__})."
                    raise ApiConnectionError(reason) from lost
            finally:
                self.connected = False
            yield None
            self._pause(pause_before(attempt))
            attempt += 1

    def _connection(self) -> ClientConnection:
        try:
            return connect(self._address(), additional_headers=self._headers, ping_interval=None, close_timeout=1)
        except InvalidStatus as refused:
            if refused.response.status_code in REFUSALS:
                raise refused_handshake(refused.response.status_code) from None
            raise

    def _received(self, socket: ClientConnection) -> Iterator[dict[str, Any] | None]:
        for request in self._subscription.requests():
            socket.send(request)
        last_message = last_ping = time.monotonic()
        while True:
            try:
                message = socket.recv(timeout=min(1.0, self._silence_s))
            except TimeoutError:
                now = time.monotonic()
                if now - last_message > 2 * self._silence_s:
                    raise BrokenConnectionError("The server is silent.") from None
                if now - max(last_message, last_ping) > self._silence_s:
                    socket.send(PING)
                    last_ping = now
                yield None
                continue
            last_message = time.monotonic()
            self.connected = True
            event = self._subscription.new_event(message)
            if event is not None:
                yield event
