"""Server-sent events of a run's log: `id` is the sequence number, `data` the event as JSON."""

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
HEARTBEAT = b": heartbeat\n\n"

Failure = Callable[[Exception], Problem]


def frame(event: str, data: str, seq: int | None = None) -> bytes:
    """Encodes one event. Without `seq` it has no id, so the client's Last-Event-ID does not change."""
    lines = [f"id: {seq}"] if seq is not None else []
    return "\n".join([*lines, f"event: {event}", f"data: {data}", "", ""]).encode()


def entry_frame(entry: LogEntry) -> bytes:
    """Encodes a log entry."""
    return frame(entry.event.type, _json(entry.body()), entry.seq)


async def events(
    batches: AsyncGenerator[Sequence[LogEntry]],
    *,
    last: Callable[[], Awaitable[bytes]] | None,
    failure: Failure,
) -> AsyncIterator[bytes]:
    """Streams log entries, with a heartbeat comment at the start and after every 10 s without an event.

    An exception ends the stream with an `error` event instead of a broken connection.

    Args:
        batches: the entries, as `Tails.follow` yields them.
        last: builds the frame after the terminal entry.
        failure: converts an exception to the problem in the `error` event.
    """
    yield HEARTBEAT
    # Sent together with the first event: some clients treat a block with only `retry` as an event.
    hint = f"retry: {RETRY_MS}\n".encode()
    last_sent = time.monotonic()
    try:
        async with aclosing(batches):
            async for entries in batches:
                if entries:
                    yield hint + b"".join(entry_frame(entry) for entry in entries)
                    hint = b""
                    last_sent = time.monotonic()
                elif time.monotonic() - last_sent >= HEARTBEAT_SECONDS:
                    yield HEARTBEAT
                    last_sent = time.monotonic()
        if last is not None:
            yield await last()
    except Exception as error:  # noqa: BLE001 - status and headers are sent, so only an event can report it
        yield frame("error", _json(failure(error).body()))


def event_stream(content: AsyncIterator[bytes], headers: dict[str, str] | None = None) -> StreamingResponse:
    """Returns the streaming reply, with headers that keep proxies from buffering or storing it."""
    no_buffering = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(content, headers={**no_buffering, **(headers or {})}, media_type=MEDIA_TYPE)


def problem_of(error: Exception, request_id: str) -> Problem:
    """The problem of an exception raised while streaming."""
    answer = error.problem if isinstance(error, ProblemError) else internal_error()
    return answer.model_copy(update={"request_id": request_id})


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
