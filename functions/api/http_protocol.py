"""uvicorn's HTTP/1.1 protocol with a time limit for the headers of a request.

uvicorn closes connections that are idle after a response, but waits for ever for headers that are not complete.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS: Final = 10.0


class TimedH11Protocol(H11Protocol):
    """Closes a connection whose next request is not begun, or has no complete headers, after HEADER_SECONDS."""

    _headers_due: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Starts the time limit of the first request."""
        super().connection_made(transport)
        self._headers_due = self.loop.call_later(HEADER_SECONDS, self._close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Ends the time limit."""
        self._no_longer_due()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Starts the time limit with the first bytes of a request, and ends it with the last of its headers."""
        super().data_received(data)
        if self._is_served():
            self._no_longer_due()
        elif self._headers_due is None and not self.transport.is_closing():
            self._headers_due = self.loop.call_later(HEADER_SECONDS, self._close)

    def _is_served(self) -> bool:
        """Whether the headers of a request are complete and its response is not."""
        return self.cycle is not None and not self.cycle.response_complete

    def _close(self) -> None:
        self._headers_due = None
        if not self._is_served():
            self.transport.close()

    def _no_longer_due(self) -> None:
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None
