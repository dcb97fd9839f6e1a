"""Limits on the number and size of a request's headers."""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

from fourfold.http.problems import problem_response
from fourfold.problem import Problem, problem

MAX_HEADER_BYTES: Final = 8 * 1024
# On localhost a browser sends the cookies of every local program, so the total limit is above that of one header.
MAX_HEADERS_BYTES: Final = 32 * 1024
MAX_HEADERS: Final = 100


class HeaderLimit:
    """ASGI middleware: 431 for headers over the limits."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        refusal = _refusal(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await problem_response(refusal, scope["state"]["request_id"])(scope, receive, send)


def _refusal(scope: Scope) -> Problem | None:
    headers = scope["headers"]
    longest = max(headers, key=lambda header: len(header[1]), default=(b"", b""))
    if len(longest[1]) > MAX_HEADER_BYTES:
        name = longest[0][:60].decode("latin-1")
        return _too_large(f"The header {name} must not exceed {MAX_HEADER_BYTES} bytes.")
    if len(headers) > MAX_HEADERS or sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS_BYTES:
        return _too_large(f"At most {MAX_HEADERS} headers of {MAX_HEADERS_BYTES} bytes in total are allowed.")
    return None


def _too_large(detail: str) -> Problem:
    return problem("headers_too_large", "Request headers too large", 431, detail)
