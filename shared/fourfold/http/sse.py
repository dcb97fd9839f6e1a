"""A run's log as server-sent events: the id is the entry's number, the data is the event every reader gets."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing

from starlette.responses import StreamingResponse

from fourfold.http.problems import ProblemError, internal_error
from fourfold.problem import Problem
from fourfold.progress.log import LogEntry

MEDIA_TYPE = "text/event-stream"
HEARTBEAT_SECONDS = 10.0
RETRY_MS = 3000
_HEARTBEAT = b": heartbeat\n\n"

Failure = Callable[[Exception], Problem]


def frame(event: str, data: str, seq: int | None = None) -> bytes:
    """One event on the wire. Without `seq` it moves no client's Last-Event-ID."""
    lines = [f"id: {seq}"] if seq is not None else []
    return "\n".join([*lines, f"event: {event}", f"data: {data}", "", ""]).encode()


def entry_frame(entry: LogEntry) -> bytes:
    """A log entry on the wire."""
    return frame(entry.event.type, _json(entry.body()), entry.seq)


async def events(
    batches: AsyncGenerator[Sequence[LogEntry]],
    *,
    last: Callable[[], Awaitable[bytes]] | None,
    failure: Failure,
) -> AsyncIterator[bytes]:
    """The stream: the entries, the first with a retry hint, and a comment at once and every ten quiet seconds.

    Args:
        batches: what `Tails.follow` yields, or anything that raises to end the stream early.
        last: what to send after the terminal entry.
        failure: the problem an exception is told as, in an `error` event: the connection is never just cut.
    """
    yield _HEARTBEAT
    # Never a block of its own: there are clients that take a retry without data for an event.
    hint = f"retry: {RETRY_MS}\n".encode()
    spoke = time.monotonic()
    try:
        async with aclosing(batches):
            async for entries in batches:
                if entries:
                    yield hint + b"".join(entry_frame(entry) for entry in entries)
                    hint = b""
                    spoke = time.monotonic()
                elif time.monotonic() - spoke >= HEARTBEAT_SECONDS:
                    yield _HEARTBEAT
                    spoke = time.monotonic()
        if last is not None:
            yield await last()
    except Exception as error:  # noqa: BLE001 - status and headers are gone: an event is all that is left to say it
        yield frame("error", _json(failure(error).body()))


def event_stream(content: AsyncIterator[bytes], headers: dict[str, str] | None = None) -> StreamingResponse:
    """The reply that carries a stream; no proxy may hold it back or keep it."""
    never_held = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(content, headers={**never_held, **(headers or {})}, media_type=MEDIA_TYPE)


def told(error: Exception, request_id: str) -> Problem:
    """What a client is told of an exception in mid-stream."""
    answer = error.problem if isinstance(error, ProblemError) else internal_error()
    return answer.model_copy(update={"request_id": request_id})


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
