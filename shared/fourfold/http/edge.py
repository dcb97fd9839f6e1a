"""Middleware that adds a request id to every reply, logs each request, and turns unhandled exceptions into 500."""

from __future__ import annotations

import asyncio
import time
import traceback
from dataclasses import dataclass

from aws_lambda_powertools import Logger
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fourfold.http.problems import internal_error, problem_response, unavailable
from fourfold.ids import new_request_id
from fourfold.trace import HEADER, trace_id, traced

logger = Logger()


@dataclass
class _SentReply:
    """The state of the reply sent so far."""

    status: int = 0
    finished: bool = False


class Edge:
    """ASGI middleware.

    Sets `scope["state"]["request_id"]`; the id is generated and never taken from a request header. Headers in
    `scope["state"]["reply_headers"]` are added to the reply, error replies included.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        scope.setdefault("state", {})["request_id"] = request_id
        sent, started = _SentReply(), time.perf_counter()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent.status = message["status"]
                reply_headers = scope["state"].get("reply_headers", {})
                MutableHeaders(scope=message).update({**reply_headers, "Request-Id": request_id})
            elif message["type"] == "http.response.body":
                sent.finished = not message.get("more_body", False)
            await send(message)

        try:
            with traced(_header(scope)):
                await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            logger.debug("client left", extra={"request_id": request_id})
        except asyncio.CancelledError:  # the server stops, and its time to finish requests is over
            if sent.status:
                raise
            stopped = unavailable()
            await problem_response(stopped.problem, request_id, stopped.headers)(scope, receive, send_with_headers)
        except Exception as error:  # noqa: BLE001 - last resort: a bug answers 500, and its message may quote a brief
            _report(error, request_id)
            if not sent.status:
                await problem_response(internal_error(), request_id)(scope, receive, send_with_headers)
        finally:
            _log(scope, request_id, sent, time.perf_counter() - started)


def _header(scope: Scope) -> str | None:
    """The trace header that API Gateway adds; of a request with several, none."""
    found = [value for name, value in scope["headers"] if name == HEADER.encode()]
    return found[0].decode("latin-1") if len(found) == 1 else None


def _report(error: Exception, request_id: str) -> None:
    """Logs the stack frames without the message, because messages of validation errors quote their input."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    logger.error(
        "unexpected error",
        extra={"request_id": request_id, "error": type(error).__qualname__, "frames": frames[-8:]},
    )


def _log(scope: Scope, request_id: str, sent: _SentReply, seconds: float) -> None:
    state = scope["state"]
    caller = state.get("caller")
    logger.info(
        "request",
        extra={
            "request_id": request_id,
            "method": scope["method"],
            "route": getattr(scope.get("route"), "path", None),
            "status": sent.status,
            "finished": sent.finished,
            "duration_ms": round(seconds * 1000),
            "key_id": getattr(caller, "key_id", None),
            "workspace_id": getattr(caller, "workspace_id", None),
            "run_id": state.get("run_id"),
            "trace_id": trace_id(_header(scope)),
        },
    )
