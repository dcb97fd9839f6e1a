"""Bridge: MiniStack trusts whoever reaches its port, so nobody but this machine's own callers may.

It answers any Host and Origin, allows CORS from everywhere, has an unauthenticated reset, and takes a request
that is unsigned, or signed by the key `test` or by any account number, for the account's root user.
Here a web page is refused (foreign Host: DNS rebinding; foreign Origin or cross-site fetch), and so is whoever
claims to be root without this start's random key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.definitions import may_define

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

EXECUTE_API = "/_aws/execute-api/"
UNSIGNED = ("/_ministack/ready", "/_ministack/health", EXECUTE_API)
# Under EXECUTE_API, but the way to connected clients: for the product's functions, by their role.
CONNECTIONS = "/@connections/"
_PROTOCOL = b"x-forwarded-proto"


class LoopbackGuard:
    """An ASGI application that passes on what comes from this machine's own programs."""

    def __init__(self, app: App, root_key: str) -> None:
        self._app = app
        self._root_key = root_key
        self.definitions = 0
        """Requests passed on so far that may have changed a definition."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        reason = self._refusal(scope)
        if reason is None:
            await self._app(_as_over_tls(scope), receive, send)
            self.definitions += may_define(scope["path"], _headers(scope))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": reason})
        else:
            await _forbid(send, reason)

    def _refusal(self, scope: Scope) -> str | None:
        headers = _headers(scope)
        if not _is_loopback(headers.get("host", "")):
            return "the Host is not this machine's"
        origin = headers.get("origin")
        if origin is not None and not _is_loopback(urlsplit(origin).netloc):
            return "the Origin is not this machine's"
        # A page of this machine's own may open a WebSocket: it is told by its Origin, which is loopback by now, and the
        # API lets nobody in without a key or a ticket. Whatever else it asks for is another site's request.
        opens_websocket = scope["type"] == "websocket" and origin is not None and scope["path"].startswith(EXECUTE_API)
        if not opens_websocket and headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return "the request was made by a page of another site"
        if scope["path"].startswith(UNSIGNED) and CONNECTIONS not in scope["path"]:
            return None
        if self._claims_root(headers, scope.get("query_string", b"").decode("latin-1")):
            return "the request is not signed with a key of this engine"
        return None

    def _claims_root(self, headers: dict[str, str], query: str) -> bool:
        from ministack.core.iam_evaluator import is_root_access_key
        from ministack.core.router import extract_access_key_id

        key = extract_access_key_id(headers, parse_qs(query, keep_blank_values=True))
        return key != self._root_key and bool(is_root_access_key(key))


def _as_over_tls(scope: Scope) -> Scope:
    """Loopback is as safe from listeners as TLS: `aws:SecureTransport` is true, and queues that insist on it answer."""
    if scope["type"] != "http" or scope["path"].startswith(UNSIGNED):
        return scope
    headers = [(name, value) for name, value in scope["headers"] if name != _PROTOCOL]
    return {**scope, "headers": [*headers, (_PROTOCOL, b"https")]}


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def _is_loopback(netloc: str) -> bool:
    name = netloc.rpartition(":")[0] if ":" in netloc else netloc
    return name in {"127.0.0.1", "localhost"} or name.endswith(".localhost")


async def _forbid(send: Send, reason: str) -> None:
    body = f'{{"__type": "AccessDenied", "message": "fourfold: {reason}"}}'.encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
