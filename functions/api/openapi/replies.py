"""Replies as openapi.json describes them: problems, streams, entity tags, receipts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from functions.api.openapi.problems import CATALOGUE, KnownProblem

Responses = dict[int | str, dict[str, Any]]

_MEANINGS = {
    400: "Not JSON, or an unusable Idempotency-Key",
    401: "No valid key",
    403: "The key may not do this",
    404: "Not there, or not yours",
    409: "It does not go with how things stand",
    412: "It has changed since",
    413: "The body is over 64 KiB",
    415: "The body is not JSON by its own account",
    422: "A field is wrong (see `errors`), or the Idempotency-Key was used with another body",
    429: "Too many requests; see `Retry-After`",
    431: "The headers are too large",
    500: "It failed inside the service",
    502: "The model gave no usable answer",
    503: "Not available; see `Retry-After`",
    504: "A step did not finish in time",
}
_RETRIED = (429, 503)
RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}


def problems(*statuses: int, also: Iterable[str] = ()) -> Responses:
    """Problem replies of a route: the general ones of these statuses, and the codes in `also` with their statuses."""
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
                    "schema": _problem_with(status, codes),
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
                }
            },
        }
        if status in _RETRIED:
            replies[status]["headers"] = references(RETRY_AFTER)
    return replies


def _problem_with(status: int, codes: list[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"properties": {"status": {"const": status}}}
    if codes:
        properties["properties"]["code"] = {"enum": codes}
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, properties]}


def event_stream(description: str) -> Responses:
    """A 200 that is a stream of events."""
    content = {"text/event-stream": {"schema": {"$ref": "#/components/schemas/ServerSentEvent"}}}
    return {200: {"description": description, "content": content}}


def tagged(description: str) -> dict[str, Any]:
    """A reply with an entity tag."""
    tag = {"description": "Send it back as `If-Match` to change just this state.", "schema": {"type": "string"}}
    return {"description": description, "headers": {"ETag": tag}}


def tagged_or_stream(description: str) -> dict[str, Any]:
    """A 200 with a persona, or with the events of its run."""
    stream = event_stream(description)[200]["content"]
    return {**tagged(description), "content": {"application/json": {}, **stream}}


def refusals(status: int, meanings: dict[str, str]) -> Responses:
    """Problem replies of one status beside its general ones: what each code means."""
    for code, meaning in meanings.items():
        title = meaning[0].upper() + meaning[1:]
        CATALOGUE.setdefault(code, KnownProblem(status, title, f"{title}."))
    replies = problems(status, also=meanings)
    replies[status]["description"] = "; ".join(f"`{code}`: {meaning}" for code, meaning in meanings.items())
    return replies


def persona_created() -> dict[str, Any]:
    """The 201 of a generated persona."""
    return created("The persona, `active` or `flagged`", "The persona.")


def created(description: str, location: str) -> dict[str, Any]:
    """The 201 of something made, whose address is in `Location`."""
    header = {"Location": {"description": location, "schema": {"type": "string"}}}
    return {"description": description, "headers": header}


def reply_or_stream(model: type[BaseModel], description: str) -> dict[str, Any]:
    """A 200 that is a document, or a stream of events."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    stream = event_stream(description)[200]["content"]
    return {"description": description, "content": {"application/json": {"schema": schema}, **stream}}


def receipt(description: str) -> dict[str, Any]:
    """A 202 whose `Location` is a run."""
    location = {"description": "The run.", "schema": {"type": "string"}}
    return {"description": description, "headers": {"Location": location}}


def suite_formats() -> dict[str, Any]:
    """A 200 that is JSON, JUnit XML or SARIF."""
    text = {"schema": {"type": "string"}}
    sarif = {"schema": {"type": "object"}, "example": {"version": "2.1.0", "runs": []}}
    return {
        "description": "The suite; as JUnit XML or SARIF 2.1.0 when asked for",
        "content": {
            "application/xml": text,
            "application/sarif+json": {"schema": {"type": "object"}, "example": sarif},
        },
    }


def references(headers: dict[str, Any]) -> dict[str, Any]:
    """Headers that stand once in the document, where a reply has them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
