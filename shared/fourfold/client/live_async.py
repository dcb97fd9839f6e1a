"""Run events over a WebSocket, for asyncio."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

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


async def live_events(
    address: Callable[[], Awaitable[str]], authorization: str, subscription: Subscription
) -> AsyncIterator[dict[str, Any]]:
    """Yields the events of a subscription until all runs that it names have ended.

    `address` returns the URL; it is called for every connection. `authorization` is the header with the API key.

    Raises:
        ApiProblemError: the server rejects the key or a subscription.
        ApiConnectionError: the first connection fails.
    """
    attempt, was_connected = 0, False
    while not subscription.has_ended():
        try:
            async with connect(
                await address(),
                additional_headers={"Authorization": authorization},
                ping_interval=None,
                close_timeout=1,
                # The library's own attempts would hide a key that is refused.
                process_exception=lambda error: error,
            ) as socket:
                was_connected = True
                async for event in _received(socket, subscription):
                    attempt = 0
                    yield event
                    if subscription.has_ended():
                        return
        except InvalidStatus as refused:
            if refused.response.status_code in REFUSALS:
                raise refused_handshake(refused.response.status_code) from None
            _require(was_connected, refused)
        except (ApiConnectionError, WebSocketException, OSError) as lost:
            _require(was_connected, lost)
        await asyncio.sleep(pause_before(attempt))
        attempt += 1


async def _received(socket: ClientConnection, subscription: Subscription) -> AsyncIterator[dict[str, Any]]:
    for request in subscription.requests():
        await socket.send(request)
    silent = False
    while True:
        try:
            message = await asyncio.wait_for(socket.recv(), SILENCE_S)
        except TimeoutError:
            if silent:
                raise BrokenConnectionError("The server is silent.") from None
            silent = True
            await socket.send(PING)
            continue
        silent = False
        event = subscription.new_event(message)
        if event is not None:
            yield event


def _require(was_connected: bool, lost: Exception) -> None:
    if not was_connected:
        raise ApiConnectionError(f"Cannot connect to live progress ({type(lost).__name__}).") from lost
