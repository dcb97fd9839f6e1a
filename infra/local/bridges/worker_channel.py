"""Messages between the engine and a Lambda worker: JSON objects over a socket, each after its length in four bytes."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import suppress
from typing import Any, Final

from fourfold.errors import LocalError

_LENGTH_BYTES: Final = 4

Message = dict[str, Any]


class ChannelClosedError(LocalError):
    """The other side is gone."""


class Channel:
    """One end of a connection. Any thread may send; one receives."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._sending = threading.Lock()

    def send(self, message: Message) -> None:
        """Raises ChannelClosedError."""
        text = json.dumps(message, separators=(",", ":")).encode()
        try:
            with self._sending:
                self._connection.sendall(len(text).to_bytes(_LENGTH_BYTES) + text)
        except OSError as error:
            raise ChannelClosedError from error

    def receive(self) -> Message:
        """The next message. Raises ChannelClosedError."""
        message: Message = json.loads(self._exactly(int.from_bytes(self._exactly(_LENGTH_BYTES))))
        return message

    def close(self) -> None:
        """Wakes whoever receives, here and on the other side."""
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _exactly(self, length: int) -> bytes:
        parts = []
        try:
            while length:
                part = self._connection.recv(min(length, 1 << 20))
                if not part:
                    raise ChannelClosedError
                parts.append(part)
                length -= len(part)
        except OSError as error:
            raise ChannelClosedError from error
        return b"".join(parts)
