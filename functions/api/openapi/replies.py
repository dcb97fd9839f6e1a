"""OpenAPI descriptions of replies: problems, streams, ETags, receipts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from functions.api.openapi.problems import CATALOGUE, KnownProblem

Responses = dict[int | str, dict[str, Any]]

_MEANINGS = {
    400: "Invalid JSON, or an invalid header",
    401: "Missing or invalid API key",
    402: "A budget has too little left, or a price is not known; nothing was spent",
    403: "The API key lacks a permission",
    404: "Not found",
    408: "The request body was not complete in time",
    409: "Conflicts with the current state",
    412: "The resource has changed",
    413: "Request body over 64 KiB",
    415: "Content-Type must be application/json",
    422: "Invalid fields (see `errors`), or Idempotency-Key used with a different request",
    429: "Too many requests; see `Retry-After`",
    431: "Request headers too large",
    500: "Internal server error",
    502: "No model returned a valid answer",
    503: "Service unavailable; see `Retry-After`",
    504: "The run timed out",
    507: "The disk of a local server is full or not writable; nothing was stored",
}
_RETRIED = (429, 503)
RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


def problems(*statuses: int, also: Iterable[str] = ()) -> Responses:
    """Problem replies of a route: the general problems of these statuses, and the problems with the codes in `also`."""
    named = list(also)
    replies: Responses = {}
    for status in dict.fromkeys([*statuses, *(CATALOGUE[code].status for code in named)]):
        codes = [
            code
            for code, known in CATALOGUE.items()
            if known.status == status and ((known.general and status in statuses) or code in named)
        ]
        replies[status] = {
            "description": _MEANINGS[status],
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
                }
            },
        }
        if status in _RETRIED:
            replies[status]["headers"] = references(RETRY_AFTER)
    return replies


def event_stream(description: str) -> Responses:
    """A 200 with a stream of events."""
    content = {"text/event-stream": {"schema": {"$ref": "#/components/schemas/ServerSentEvent"}}}
    return {200: {"description": description, "content": content}}


def tagged(description: str) -> dict[str, Any]:
    """A reply with an ETag."""
    tag = {"description": "Send it as `If-Match` to make a change conditional.", "schema": {"type": "string"}}
    return {"description": description, "headers": {"ETag": tag}}


def tagged_or_stream(description: str, example: dict[str, Any] | None = None) -> dict[str, Any]:
    """A 200 with a persona, or with the events of its run. `example` is of the JSON, where its schema has none."""
    stream = event_stream(description)[200]["content"]
    shown = {} if example is None else {"example": example}
    return {**tagged(description), "content": {"application/json": shown, **stream}}


def refusals(status: int, meanings: dict[str, str]) -> Responses:
    """Problem replies of one status, with the meaning of each code as its description."""
    for code, meaning in meanings.items():
        title = meaning[0].upper() + meaning[1:]
        CATALOGUE.setdefault(code, KnownProblem(status, title, f"{title}."))
    replies = problems(status, also=meanings)
    replies[status]["description"] = "; ".join(f"`{code}`: {meaning}" for code, meaning in meanings.items())
    return replies


def persona_created() -> dict[str, Any]:
    """The 201 of a generated persona."""
    return created("The persona, `active` or `flagged`", "Path of the persona.")


def created(description: str, location: str) -> dict[str, Any]:
    """A 201 with the path of the new resource in `Location`."""
    header = {"Location": {"description": location, "schema": {"type": "string"}}}
    return {"description": description, "headers": header}


def reply_or_stream(model: type[BaseModel], description: str) -> dict[str, Any]:
    """A 200 with a document, or with a stream of events."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    stream = event_stream(description)[200]["content"]
    return {"description": description, "content": {"application/json": {"schema": schema}, **stream}}


def receipt(description: str) -> dict[str, Any]:
    """A 202 with the path of a run in `Location`."""
    location = {"description": "Path of the run.", "schema": {"type": "string"}}
    return {"description": description, "headers": {"Location": location}}


def suite_formats() -> dict[str, Any]:
    """A 200 with JSON, JUnit XML or SARIF."""
    text = {"schema": {"type": "string"}}
    sarif = {"schema": {"type": "object"}, "example": {"version": "2.1.0", "runs": []}}
    return {
        "description": "The suite as JSON, or on request as JUnit XML or SARIF 2.1.0",
        "content": {
            "application/xml": text,
            "application/sarif+json": sarif,
        },
    }


def evaluation_formats() -> dict[str, Any]:
    """A 200 with JSON, Markdown, JUnit XML or HTML."""
    text = {"schema": {"type": "string"}}
    return {
        "description": "The evaluation as JSON, or on request its report as Markdown, JUnit XML or one HTML page",
        "content": {"text/markdown": text, "application/xml": text, "text/html": text},
    }


def references(headers: dict[str, Any]) -> dict[str, Any]:
    """References to headers that are defined once in the document's components."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
