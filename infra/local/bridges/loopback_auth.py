"""Bridge: MiniStack trusts every caller that reaches its port; this serves only programs of this machine.

MiniStack accepts any Host and Origin, allows CORS for all origins, has an unauthenticated reset, and treats a request
as the account's root user if it is unsigned or signed with the key `test` or an account number. Here a web page's
request is refused (foreign Host: DNS rebinding; foreign Origin or cross-site fetch), and so is a root request that is
not signed with this start's random key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from infra.local.bridges.definitions import may_define
from infra.local.storage_health import PATH, storage_answer

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

EXECUTE_API = "/_aws/execute-api/"
UNSIGNED = ("/_ministack/ready", "/_ministack/health", PATH, EXECUTE_API)
# Below EXECUTE_API: sends to connected clients. Only the product's functions may, with their role's signature.
CONNECTIONS = "/@connections/"
_PROTOCOL = b"x-forwarded-proto"


class LoopbackGuard:
    """ASGI middleware that passes on requests of this machine's own programs and refuses all others with 403."""

    def __init__(self, app: App, root_key: str, storage_failure: Callable[[], str | None] = lambda: None) -> None:
        """`storage_failure` returns why changes cannot be stored; it is answered at `storage_health.PATH`."""
        self._app = app
        self._root_key = root_key
        self._storage_failure = storage_failure
        self.definitions = 0
        """Requests answered so far that may have changed a definition."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        reason = self._refusal(scope)
        if reason is None and scope["path"] == PATH:
            await _answer(send, 200, storage_answer(self._storage_failure()))
        elif reason is None:
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
        # A page served from this machine may open a WebSocket: its Origin is loopback (checked above), and the API
        # requires a key or a ticket. Its other requests are refused as those of another site.
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
    """Marks the request as received over TLS, because loopback cannot be intercepted.

    `aws:SecureTransport` is then true, which the policies of the queues require.
    """
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
    await _answer(send, 403, body)


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
