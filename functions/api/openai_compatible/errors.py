"""Middleware that gives problems of the OpenAI-compatible routes the structure of OpenAI's errors."""

from __future__ import annotations

import json
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fourfold.http.field_messages import field_name
from fourfold.http.problems import MEDIA_TYPE

PREFIX: Final = "/v1/openai/"
_CODES: Final = {
    "unauthenticated": "invalid_api_key",
    "rate_limited": "rate_limit_exceeded",
}
_STATUSES: Final = {422: 400}
_TYPES: Final = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}
_SERVER_ERROR: Final = 500
# OpenAI's SDKs retry 408, 409, 429 and 5xx by themselves. Only these were not paid for.
_RETRIED: Final = frozenset({408, 429, 503})


def error_of(problem: dict[str, Any]) -> dict[str, Any]:
    """The error of a problem's body."""
    status = problem["status"]
    first = next(iter(problem.get("errors", [])), None)
    kind = _TYPES.get(status, "server_error" if status >= _SERVER_ERROR else "invalid_request_error")
    error = {
        "message": f"{problem['title']}: {problem['detail']}",
        "type": kind,
        "param": None if first is None else field_name(first["pointer"]),
        "code": _CODES.get(problem["code"], problem["code"]),
    }
    return {"error": {**error, **({"drift": problem["drift"]} if "drift" in problem else {})}}


class OpenAIErrors:
    """ASGI middleware. It also copies Request-Id to `x-request-id`, which OpenAI's SDKs read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        # `in`: the path may have the stage as prefix.
        if scope["type"] != "http" or PREFIX not in scope["path"]:
            await self._app(scope, receive, send)
            return
        held: list[Message] = []
        body = bytearray()

        async def send_converted(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = headers.get("request-id", "")
                if headers.get("content-type", "").startswith(MEDIA_TYPE):
                    held.append(message)
                    return
            elif held:
                body.extend(message.get("body", b""))
                if not message.get("more_body", False):
                    for converted in _converted(held.pop(), bytes(body)):
                        await send(converted)
                return
            await send(message)

        await self._app(scope, receive, send_converted)


def _converted(start: Message, body: bytes) -> tuple[Message, Message]:
    content = json.dumps(error_of(json.loads(body)), ensure_ascii=False).encode()
    status = _STATUSES.get(start["status"], start["status"])
    headers = MutableHeaders(raw=list(Headers(scope=start).raw))
    headers.update({"content-type": "application/json", "content-length": str(len(content))})
    headers["x-should-retry"] = "true" if status in _RETRIED else "false"
    return {**start, "status": status, "headers": headers.raw}, {"type": "http.response.body", "body": content}
