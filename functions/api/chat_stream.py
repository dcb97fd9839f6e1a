"""A chat's reply as server-sent events: its pieces as the model writes them, then the whole with its drift.

`token` {text} for each piece; `restarted` {} when what was heard so far does not stand (another model took over, or the
reply is written once more); `completed` with the same document the plain reply is; `error` with a problem.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from aws_lambda_powertools import Logger

from fourfold.http.problems import internal_error
from fourfold.http.sse import HEARTBEAT_SECONDS, frame
from fourfold.problem import Problem
from fourfold.voice.asking import Listener
from fourfold.voice.conversation import Said
from functions.api.voice import in_chat_thread, reply_of, told_failure

logger = Logger()

_HEARTBEAT = b": heartbeat\n\n"


async def spoken(say: Callable[[Listener], Said], request_id: str) -> AsyncIterator[bytes]:
    """The stream of one exchange. The exchange goes on, and is stored, if the client leaves."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue()

    def put(content: bytes | None) -> None:
        loop.call_soon_threadsafe(pieces.put_nowait, content)

    listener = Listener(
        heard=lambda text: put(_frame("token", {"text": text})), withdrawn=lambda: put(_frame("restarted", {}))
    )

    def run() -> None:
        try:
            put(frame("completed", reply_of(say(listener)).model_dump_json()))
        except Exception as error:  # noqa: BLE001 - status and headers are gone: an event is all that is left to say it
            put(_frame("error", _told(error).model_copy(update={"request_id": request_id}).body()))
        finally:
            put(None)

    yield _HEARTBEAT
    task = asyncio.ensure_future(in_chat_thread(run))
    while True:
        try:
            piece = await asyncio.wait_for(pieces.get(), HEARTBEAT_SECONDS)
        except TimeoutError:
            yield _HEARTBEAT
            continue
        if piece is None:
            break
        yield piece
    await task


def _told(error: Exception) -> Problem:
    failure = told_failure(error)
    if failure is None:
        logger.error("chat failed", extra={"error": type(error).__name__})
        return internal_error()
    return failure.problem


def _frame(event: str, content: object) -> bytes:
    return frame(event, json.dumps(content, ensure_ascii=False, separators=(",", ":")))
