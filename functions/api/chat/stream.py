"""Streams a chat reply as server-sent events.

`token` {text} for each piece; `restarted` {} if the text so far is void (another model answers, or the reply is
regenerated); `completed` with the document of the non-streamed reply; `error` with a problem. A replayed request
(Idempotency-Key) gets only the last event.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

from fourfold.http.problems import MEDIA_TYPE, ProblemError, internal_error
from fourfold.http.sse import HEARTBEAT, HEARTBEAT_SECONDS, frame
from fourfold.idempotency import Execution, KeptReply
from fourfold.problem import Problem
from fourfold.voice.chat_turn import ReplyListener
from functions.api.chat.context import chat_problem, in_chat_thread
from functions.api.dependencies import AdmittedCaller
from functions.api.idempotent import finish, lease

logger = Logger()

_FIRST_ERROR_STATUS = 400
_JSON, _PROBLEM = {"content-type": "application/json"}, {"content-type": MEDIA_TYPE}
# Keeps references to running exchanges, so that they are not garbage collected when the client disconnects.
_RUNNING: set[asyncio.Task[None]] = set()


@dataclass(frozen=True)
class Token:
    """A piece of the reply's text."""

    text: str


@dataclass(frozen=True)
class Restarted:
    """The text so far is void."""


@dataclass(frozen=True)
class Heartbeat:
    """Nothing has happened for HEARTBEAT_SECONDS, or the stream begins."""


StreamEvent = Token | Restarted | Heartbeat | KeptReply
WriteReply = Callable[[ReplyListener], BaseModel]


async def exchange_events(
    caller: AdmittedCaller, write_reply: WriteReply, execution: Execution, request_id: str
) -> AsyncIterator[StreamEvent]:
    """Yields the events of one exchange; the last one is the reply, or a problem, as it is stored for replays.

    If the client disconnects, the exchange continues and is stored.
    """
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[StreamEvent | None] = asyncio.Queue()

    def put(event: StreamEvent | None) -> None:
        loop.call_soon_threadsafe(pieces.put_nowait, event)

    listener = ReplyListener(on_text=lambda text: put(Token(text)), on_restart=lambda: put(Restarted()))

    def exchange() -> KeptReply:
        try:
            return KeptReply(200, _JSON, write_reply(listener).model_dump_json())
        except Exception as error:  # noqa: BLE001 - status and headers are sent, so only an event can report it
            return _failed(_problem_of(error), request_id)

    async def on_thread() -> KeptReply:
        try:
            return await in_chat_thread(caller, exchange)
        except ProblemError as refusal:
            return _failed(refusal.problem, request_id)

    async def run_exchange() -> None:
        try:
            put(await _run_and_store(execution, on_thread))
        finally:
            put(None)

    yield Heartbeat()
    task = asyncio.create_task(run_exchange())
    _RUNNING.add(task)
    task.add_done_callback(_RUNNING.discard)
    while True:
        try:
            piece = await asyncio.wait_for(pieces.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield Heartbeat()
            continue
        if piece is None:
            break
        yield piece
    await task


async def chat_events(
    caller: AdmittedCaller, write_reply: WriteReply, execution: Execution, request_id: str
) -> AsyncIterator[bytes]:
    """Yields the events of one exchange as server-sent events."""
    async for event in exchange_events(caller, write_reply, execution, request_id):
        match event:
            case Token(text):
                yield _frame("token", {"text": text})
            case Restarted():
                yield _frame("restarted", {})
            case Heartbeat():
                yield HEARTBEAT
            case KeptReply():
                yield _final_frame(event)


async def _run_and_store(execution: Execution, exchange: Callable[[], Awaitable[KeptReply]]) -> KeptReply:
    """Runs the exchange and stores its final reply for replays of the request."""
    if not execution.key:
        return await exchange()
    async with lease(execution):
        reply = await exchange()
    try:
        await finish(execution, reply)
    except (ProblemError, ClientError, BotoCoreError) as error:
        # The exchange is stored in its session, so return it, although a repeated request will not find it.
        logger.warning("chat reply not stored for its idempotency key", extra={"error": type(error).__name__})
    return reply


async def replayed_events(reply: KeptReply, request_id: str) -> AsyncIterator[bytes]:
    """Yields the last event of an earlier exchange."""
    if reply.status >= _FIRST_ERROR_STATUS:
        reply = replace(
            reply, body=json.dumps({**json.loads(reply.body), "request_id": request_id}, ensure_ascii=False)
        )
    yield _final_frame(reply)


def _failed(failure: Problem, request_id: str) -> KeptReply:
    body = failure.model_copy(update={"request_id": request_id}).body()
    return KeptReply(failure.status, _PROBLEM, json.dumps(body, ensure_ascii=False))


def _final_frame(reply: KeptReply) -> bytes:
    return frame("error" if reply.status >= _FIRST_ERROR_STATUS else "completed", reply.body)


def _problem_of(error: Exception) -> Problem:
    failure = error if isinstance(error, ProblemError) else chat_problem(error)
    if failure is None:
        logger.error("chat failed", extra={"error": type(error).__name__})
        return internal_error()
    return failure.problem


def _frame(event: str, content: object) -> bytes:
    return frame(event, json.dumps(content, ensure_ascii=False, separators=(",", ":")))
