"""Calls of tools to the API, with its validation, scopes and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
from mcp.server.mcpserver.context import Context
from mcp.server.mcpserver.exceptions import ToolError
from starlette.types import ASGIApp

# As long as the API itself waits for a reply.
_TIMEOUT = httpx.Timeout(10.0, read=250.0)


class Api(Protocol):
    """Where the tools send their requests."""

    def client(self, context: Context) -> httpx.AsyncClient:
        """A client with the key of the MCP request's caller."""


class RemoteApi:
    """The API at a URL, with one key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key

    def client(self, context: Context) -> httpx.AsyncClient:  # noqa: ARG002 - one key for all requests
        """A client of the URL."""
        headers = {"Authorization": f"Bearer {self._key}"}
        return httpx.AsyncClient(base_url=self._url, headers=headers, timeout=_TIMEOUT)


class LocalApi:
    """The API in this process. Requests have the Authorization header of the MCP request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app: Any = app  # httpx has a type of its own for ASGI apps

    def client(self, context: Context) -> httpx.AsyncClient:
        """A client of the app."""
        request = context.request_context.request
        headers = {} if request is None else {"Authorization": request.headers.get("authorization", "")}
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://fourfold", headers=headers, timeout=_TIMEOUT)


async def call(  # noqa: PLR0913 - httpx's own
    api: Api,
    context: Context,
    method: str,
    path: str,
    *,
    body: Mapping[str, object] | None = None,
    query: Mapping[str, object | None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Sends one request. Values that are None are omitted.

    Raises:
        ToolError: the API answered with a problem, or did not answer.
    """
    content = None if body is None else {name: value for name, value in body.items() if value is not None}
    parameters = {name: str(value) for name, value in (query or {}).items() if value is not None}
    try:
        async with api.client(context) as client:
            reply = await client.request(method, path, json=content, params=parameters, headers=headers)
    except httpx.HTTPError as error:
        raise ToolError(f"The API did not answer ({type(error).__name__}). Try again later.") from None
    if reply.is_error:
        raise ToolError(_words(reply))
    return reply


async def call_json(  # noqa: PLR0913
    api: Api,
    context: Context,
    method: str,
    path: str,
    *,
    body: Mapping[str, object] | None = None,
    query: Mapping[str, object | None] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Sends one request, and returns the JSON document of the reply."""
    reply = await call(api, context, method, path, body=body, query=query, headers=headers)
    document: dict[str, Any] = reply.json() if reply.content else {}
    return document


def _words(reply: httpx.Response) -> str:
    """A problem as text for a model: what is wrong and what to do, then the document."""
    try:
        problem = reply.json()
        return f"{problem['title']}: {problem['detail']}\n{json.dumps(problem, ensure_ascii=False)}"
    except (ValueError, KeyError, TypeError):
        return f"The API returned {reply.status_code} without problem details."
