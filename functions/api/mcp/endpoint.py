"""The MCP server at `/mcp`: streamable HTTP without sessions, so that any process answers any request."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import Message, Receive, Scope, Send

from fourfold.http.auth import bearer_secret, unauthenticated
from functions.api import wiring
from functions.api.meta.schemas import VERSION

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"


class McpEndpoint:
    """ASGI app. It requires an API key; its tools call the API with this key, which checks the scopes."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._server: MCPServer[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request.

        Raises:
            ProblemError: 401 the API key is missing or invalid, 408 or 413 the body is too slow or too large.
        """
        secret = bearer_secret(Request(scope).headers.getlist("authorization"))
        if await wiring.in_thread(partial(wiring.key_ring().caller, secret)) is None:
            raise unauthenticated()
        body = await Request(scope, receive).body()  # here, because a task group would wrap the errors of its limits
        # A session manager runs once, in a task group. One for each request needs none that outlives the request.
        manager = self._new_manager()
        async with manager.run():
            await manager.handle_request(scope, _after(body, receive), send)

    def _new_manager(self) -> StreamableHTTPSessionManager:
        # Browsers cannot be made to send an API key, so no check of Host and Origin is needed.
        security = import_module("mcp.server.transport_security").TransportSecuritySettings(
            enable_dns_rebinding_protection=False
        )
        served = self._served()
        served.streamable_http_app(stateless_http=True, transport_security=security)
        return served.session_manager

    def _served(self) -> MCPServer[Any]:
        """The server. It is imported with the first request, because that takes a second."""
        if self._server is None:
            calls, servers = import_module("fourfold.mcp.api_calls"), import_module("fourfold.mcp.server")
            self._server = servers.build_server(calls.LocalApi(self._app), VERSION)
        return self._server


def _after(body: bytes, receive: Receive) -> Receive:
    """A `receive` for a request whose body was read: first the body, then what follows it."""
    messages: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def next_message() -> Message:
        return next(messages, None) or await receive()

    return next_message
