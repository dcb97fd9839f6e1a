"""A client of the WebSocket API as a test drives it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.integration.local_server import LocalServer

PATIENCE_S = 20.0


class ProgressClient:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def say(self, **command: Any) -> None:
        self.socket.send(json.dumps(command))

    def hear(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next message. Raises TimeoutError."""
        message: dict[str, Any] = json.loads(self.socket.recv(timeout=patience_s))
        return message

    def ask(self, **command: Any) -> dict[str, Any]:
        """The answer to a command, when nothing else can come before it."""
        self.say(**command)
        return self.hear()

    def events(self, *runs: str) -> list[dict[str, Any]]:
        """Events until all these runs are over; whatever else comes fails."""
        heard, running = [], set(runs)
        while running:
            event = self.hear()
            assert "seq" in event, event
            heard.append(event)
            if event["type"] in {"pipeline.completed", "pipeline.failed"}:
                running.discard(event["run_id"])
        return heard

    def is_quiet(self, seconds: float = 0.5) -> bool:
        try:
            self.hear(seconds)
        except TimeoutError:
            return True
        return False


def address(stack: LocalServer) -> str:
    url: str = stack.call("GET", "/v1/progress").json()["url"]
    return url


@contextmanager
def connected(stack: LocalServer, key: str | None = None, url: str | None = None) -> Iterator[ProgressClient]:
    """A connection with a key (the development key), or to an address that holds a ticket."""
    headers = {} if url else {"Authorization": f"Bearer {key or stack.api_key}"}
    with connect(url or address(stack), additional_headers=headers, open_timeout=PATIENCE_S) as socket:
        yield ProgressClient(socket)
