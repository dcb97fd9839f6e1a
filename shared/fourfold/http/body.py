"""Request bodies: limits of size (64 KiB; files and briefs 4 MiB) and time, strict JSON, validation into a model."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fourfold.http.problems import MAX_FAULTS, ProblemError, field_errors, problem_response, rejected, text_errors
from fourfold.json_values import has_more_values_than, is_deeper_than, may_hold_more_values_than
from fourfold.problem import FieldError, problem
from fourfold.text_rules import text_faults

MAX_BODY_BYTES = 64 * 1024
# For PNG character cards, and for the briefs of an evaluation. API Gateway passes at most 6 MB to a function, and
# base64 takes a quarter of that.
MAX_FILE_BYTES = 4 * 1024 * 1024
# A body of MAX_BODY_BYTES at 22 kbit/s, a file of MAX_FILE_BYTES at 560 kbit/s. API Gateway sends whole bodies.
BODY_SECONDS = 24.0
FILE_SECONDS = 60.0
# Values in arrays and objects of a body, at all depths: far above what any document of the API has.
MAX_VALUES = 10_000
# No document of the API is nested more than 10 deep; a card may have fields of other tools that are.
MAX_DEPTH = 64
# `endswith`: a path may have the stage as prefix.
FILE_PATHS = ("/v1/personas/import", "/export/png", "/v1/evaluations")
# A client that is still sending does not read the reply, so the rest of its body is read and discarded up to here.
_DRAIN_BYTES = 32 * 1024 * 1024
_DRAIN_SECONDS = 10
_MOST_DIGITS = 4_000  # Python parses no integer of more than 4,300 digits
_MAX_EXACT_INTEGER = 2**53  # below it every integer is exactly representable as a float

Document = TypeVar("Document", bound=BaseModel)


class BodyLimit:
    """ASGI middleware: 413 for a body over the limit, 408 for one that is not complete in time.

    It never buffers more than the limit. The time begins when the body is first waited for.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_file = scope["path"].endswith(FILE_PATHS)
        limit, seconds = (MAX_FILE_BYTES, FILE_SECONDS) if is_file else (MAX_BODY_BYTES, BODY_SECONDS)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared[:20]) > limit:
            await _refuse(scope, receive, send, limit)
            return
        await self._app(scope, _LimitedBody(receive, limit, seconds), send)


class _LimitedBody:
    """The `receive` of a request whose body is at most `limit` bytes and complete within `seconds`."""

    def __init__(self, receive: Receive, limit: int, seconds: float) -> None:
        self._receive = receive
        self._limit = limit
        self._seconds = seconds
        self._size = 0
        self._due: float | None = None
        self._complete = False

    async def __call__(self) -> Message:
        """Raises ProblemError: 408, 413."""
        if self._complete:  # what follows is the end of the connection
            return await self._receive()
        self._due = self._due or anyio.current_time() + self._seconds
        with anyio.move_on_at(self._due) as waiting:
            message = await self._receive()
        if waiting.cancelled_caught:
            raise _too_slow(self._seconds)
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise _too_large(self._limit)
        self._complete = not message.get("more_body", False)
        return message


async def json_body(request: Request, document: type[Document], max_values: int = MAX_VALUES) -> Document:
    """Parses and validates the request's body; a large one in a thread, beside other requests.

    Raises:
        ProblemError: 415 Content-Type is not JSON, 400 invalid JSON, 422 invalid fields or text, or too many values.
    """
    require_json(request)
    body = await request.body()
    if len(body) <= MAX_BODY_BYTES:
        return _validated(body, document, max_values)
    return await anyio.to_thread.run_sync(_validated, body, document, max_values)


def _validated(body: bytes, document: type[Document], max_values: int) -> Document:
    content = parsed(body, max_values)
    if faults := text_faults(content):
        raise rejected(text_errors(faults))
    try:
        return document.model_validate(content)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[: MAX_FAULTS + 1]
        raise rejected(field_errors([{**each, "loc": _path(each, content)} for each in found], "body")) from None


def parsed(body: bytes, max_values: int) -> Any:  # noqa: ANN401 - JSON
    """Parses a body as JSON.

    Raises:
        ProblemError: 400 invalid JSON, 422 more than `max_values` values.
    """
    # Parsing blocks the event loop, so a large body is first estimated by its punctuation. The factor 2 allows for
    # punctuation inside strings.
    if len(body) > MAX_BODY_BYTES and may_hold_more_values_than(2 * max_values, body):
        raise _too_many_values(max_values)
    try:
        content = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_integer,
        )
    except (ValueError, RecursionError) as error:
        raise rejected(
            [FieldError(pointer="", code="invalid_json", detail=_reason_of(error))],
            code="invalid_json",
            title="The request body is not valid JSON",
            status=400,
        ) from None
    require_few_values(content, max_values)
    return content


def require_few_values(content: object, most: int) -> None:
    """Bounds the cost of validation, which collects an error for every invalid value, and its recursion.

    Raises:
        ProblemError: 422, the arrays and objects of `content` have more than `most` values, or are nested more than
            MAX_DEPTH deep.
    """
    if has_more_values_than(most, content):
        raise _too_many_values(most)
    if is_deeper_than(MAX_DEPTH, content):
        detail = f"Must be nested at most {MAX_DEPTH} deep."
        raise rejected([FieldError(pointer="", code="too_deep", detail=detail)])


def _too_many_values(most: int) -> ProblemError:
    return rejected([FieldError(pointer="", code="too_many_values", detail=f"Must have at most {most} values.")])


def _path(fault: ErrorDetails, content: object) -> tuple[int | str, ...]:
    """The path of an error in `content`, without pydantic's names of union members, which are not in the body."""
    path: list[int | str] = []
    node: Any = content
    for part in fault["loc"]:
        with suppress(LookupError, TypeError):
            node = node[part]
            path.append(part)
    if fault["type"] == "missing":
        path.append(fault["loc"][-1])
    return tuple(path)


def require_json(request: Request) -> None:
    """Raises ProblemError (415) unless Content-Type is application/json in UTF-8, without Content-Encoding."""
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.strip().lower().removeprefix("charset=").strip('"')
    plain = request.headers.get("content-encoding", "identity").lower() == "identity"
    if media_type.strip().lower() != "application/json" or charset not in {"", "utf-8"} or not plain:
        raise ProblemError(
            problem(
                "unsupported_media_type",
                "Content-Type must be application/json",
                415,
                "Send Content-Type: application/json, encoded in UTF-8 and without Content-Encoding.",
            ),
            {"Accept": "application/json"},
        )


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise ValueError("An object has the same field twice.")
    return content


def _number(text: str) -> float | int:
    """Parses a number with a zero fraction as an integer, as JSON Schema defines it: `90.0` equals `90`."""
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < _MAX_EXACT_INTEGER else value


def _no_constant(_name: str) -> None:
    raise ValueError("NaN and Infinity are not JSON.")


def _integer(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise ValueError(f"A number has more than {_MOST_DIGITS} digits.")
    return int(text)


def _reason_of(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"Syntax error at line {error.lineno}, column {error.colno}."
    if isinstance(error, UnicodeDecodeError):
        return f"Not UTF-8 at byte {error.start}."
    if isinstance(error, RecursionError):
        return "Nested too deeply."
    return str(error)


def _too_large(limit: int) -> ProblemError:
    detail = f"Send at most {limit} bytes."
    return ProblemError(problem("body_too_large", "Request body too large", 413, detail), {"Connection": "close"})


def _too_slow(seconds: float) -> ProblemError:
    detail = f"The request body was not complete within {seconds:g} seconds. Send it faster."
    return ProblemError(problem("request_timeout", "Request body too slow", 408, detail), {"Connection": "close"})


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    refusal = _too_large(limit)
    response = problem_response(refusal.problem, scope["state"]["request_id"], refusal.headers)
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    await send({"type": "http.response.body", "body": response.body, "more_body": True})
    if "expect" not in Headers(scope=scope):
        await _drain(receive)
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    discarded = 0
    with anyio.move_on_after(_DRAIN_SECONDS):
        while discarded < _DRAIN_BYTES:
            message = await receive()
            discarded += len(message.get("body", b""))
            if not message.get("more_body", False):
                return
