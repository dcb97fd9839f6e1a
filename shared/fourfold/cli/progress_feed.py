"""Receives run events over a WebSocket, each once and in order, and reconnects when the connection breaks."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from fourfold.cli.client import ApiError, UnreachableError
from fourfold.errors import CommandError

Target = dict[str, str | bool]

_FIRST_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 15.0
# After this silence the client sends a ping; after twice as long it reconnects.
_SILENCE_S = 30.0
_FORBIDDEN = (401, 403)
# Maximum number of runs in the `after` of a subscription.
_NAMED_RUNS = 200


class _LostError(CommandError):
    """The connection is unusable; reconnect."""


class Feed:
    """A subscription to events. `connected` says whether there is a connection.

    Args:
        address: returns the URL; called for every connection, because a restarted server may have another port.
        key: the API key.
        targets: what to subscribe to: `{"run_id": ...}`, `{"persona_id": ...}` or `{"workspace": True}`.
    """

    def __init__(
        self,
        address: Callable[[], str],
        key: str,
        targets: Sequence[Target],
        *,
        pause: Callable[[float], None] = time.sleep,
        silence_s: float = _SILENCE_S,
    ) -> None:
        self._address = address
        self._key = key
        self._targets = targets
        self._pause = pause
        self._silence_s = silence_s
        self._last_seq: dict[str, int] = {}
        self._ended: set[str] = set()
        self._was_connected = False
        self.connected = False

    def events(self) -> Iterator[dict[str, Any] | None]:
        """Yields events, and None when the connection changes or after a second without an event.

        Ends when all subscribed runs have ended; subscriptions to a workspace or persona do not end.

        Raises:
            ApiError: the server rejects the key or a subscription, or the first connection fails.
        """
        attempt = 0
        while not self._all_ended():
            try:
                with self._connection() as socket:
                    for message in self._messages(socket):
                        attempt = 0
                        yield message
                        if self._all_ended():
                            return
            except (_LostError, UnreachableError, WebSocketException, OSError) as lost:
                if not self._was_connected:
                    raise UnreachableError(f"Cannot connect to live progress ({type(lost).__name__}).") from lost
            finally:
                self.connected = False
            yield None
            self._pause(self._pause_before(attempt))
            attempt += 1

    def _connection(self) -> ClientConnection:
        headers = {"Authorization": f"Bearer {self._key}"}
        try:
            return connect(self._address(), additional_headers=headers, ping_interval=None, close_timeout=1)
        except InvalidStatus as refused:
            if refused.response.status_code in _FORBIDDEN:
                raise ApiError("The API key cannot follow runs. Use a key with the scope personas:read.") from None
            raise

    def _messages(self, socket: ClientConnection) -> Iterator[dict[str, Any] | None]:
        for target in self._targets:
            if target.get("run_id") not in self._ended:
                socket.send(json.dumps({"action": "subscribe", **target, "after": self._after(target)}))
        last_message = last_ping = time.monotonic()
        while True:
            try:
                message = json.loads(socket.recv(timeout=min(1.0, self._silence_s)))
            except TimeoutError:
                now = time.monotonic()
                if now - last_message > 2 * self._silence_s:
                    raise _LostError from None
                if now - max(last_message, last_ping) > self._silence_s:
                    socket.send('{"action": "ping"}')
                    last_ping = now
                yield None
                continue
            last_message = time.monotonic()
            self.connected = self._was_connected = True
            yield from self._events_in(message)

    def _events_in(self, message: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if message.get("type") == "error":
            problem = message["problem"]
            if problem["status"] >= 500:  # noqa: PLR2004 - a server error: retry
                raise _LostError
            raise ApiError(f"{problem['title']}: {problem['detail']}")
        if "seq" not in message:
            if "type" not in message:  # sent by API Gateway because its integration failed
                raise _LostError
            return
        run_id = message["run_id"]
        if message["seq"] > self._last_seq.get(run_id, 0):
            # Keep the most recent runs last: these are named in `after` when reconnecting.
            self._last_seq.pop(run_id, None)
            self._last_seq[run_id] = message["seq"]
            if is_end(message):
                self._ended.add(run_id)
            yield message

    def _after(self, target: Target) -> int | dict[str, int]:
        if "run_id" in target:
            return self._last_seq.get(str(target["run_id"]), 0)
        return dict(list(self._last_seq.items())[-_NAMED_RUNS:])

    def _all_ended(self) -> bool:
        return all(target.get("run_id") in self._ended for target in self._targets)

    def _pause_before(self, attempt: int) -> float:
        longest = min(_FIRST_PAUSE_S * 2**attempt, _LONGEST_PAUSE_S)
        return float(longest) * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret


def is_end(event: dict[str, Any]) -> bool:
    """Whether the event is the last one of a run, of any kind."""
    kind, _, what = event["type"].partition(".")
    return kind != "step" and what in {"completed", "failed"}
