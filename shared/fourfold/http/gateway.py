"""The path prefix of a deployment behind API Gateway, from the request context that the Lambda Web Adapter passes on.

API Gateway removes the stage from a proxy event's `path` and keeps it in `requestContext.path`: `/v1/runs/run_1` and
`/prod/v1/runs/run_1`. Under a custom domain both are the same. The adapter sends the context as the header
`x-amzn-request-context`, in place of any that the client sent. Without the adapter a client may send one; it changes
nothing but the addresses in that client's own response.
"""

from __future__ import annotations

import json
import re
from typing import Final
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

_HEADER: Final = b"x-amzn-request-context"
_PREFIX: Final = re.compile(r"(/[A-Za-z0-9_~.-]{1,128}){1,4}")


class GatewayPrefix:
    """ASGI middleware: sets `root_path` to the prefix of the address that the client called, where there is one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            context = next((value for name, value in scope["headers"] if name == _HEADER), None)
            if context is not None and (prefix := path_prefix(context, scope["path"])):
                # ASGI: `path` includes `root_path`. The scope is shared with the outer layers, so it is not copied.
                scope["raw_path"] = prefix.encode() + (scope.get("raw_path") or scope["path"].encode())
                scope["path"] = prefix + scope["path"]
                scope["root_path"] = prefix
        await self._app(scope, receive, send)


def path_prefix(context: bytes, path: str) -> str:
    """What precedes `path` in the address that the client called, such as `/prod`; empty where nothing does.

    Args:
        context: the request context of a REST API's proxy event, as JSON.
        path: the request's path without percent-encoding.
    """
    try:
        called = json.loads(context)["path"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    if not isinstance(called, str):
        return ""
    for form in (called, unquote(called)):
        whole = form if path != "/" or form.endswith("/") else f"{form}/"  # the root may be called without its slash
        prefix = whole.removesuffix(path)
        if prefix != whole and _PREFIX.fullmatch(prefix):
            return prefix
    return ""
