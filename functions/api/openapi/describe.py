"""What FastAPI cannot tell by itself about the API: bodies checked by us, problems, streams."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from fourfold.problem import Problem
from functions.api.openapi.examples import examples
from functions.api.openapi.operations import operations
from functions.api.openapi.problems import CATALOGUE, KnownProblem
from functions.api.personas.documents import PersonaRequest
from functions.api.personas.schemas import PersonaFile

Responses = dict[int | str, dict[str, Any]]

# Bodies that routes read by themselves, noted where the routes are described.
_BODIES: dict[str, type[BaseModel]] = {}

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
_EVENT: dict[str, Any] = {
    "type": "object",
    "title": "ServerSentEvent",
    "description": "One event of a stream; `text/event-stream` is a sequence of them. Lines that begin with a colon "
    "are heartbeats. An `error` event holds a problem and ends the stream.",
    "properties": {
        "id": {"type": "string", "description": "The event's `seq`: send the last one as `Last-Event-ID` to resume."},
        "event": {"type": "string", "description": "The event's type, such as `step.completed`."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "The event as a JSON object: `seq`, `type`, `run_id`, `persona_id`, `at` and more.",
        },
        "retry": {"type": "integer", "description": "Milliseconds to wait before reconnecting."},
    },
    "required": ["data"],
    "examples": [
        {
            "id": "1",
            "event": "run.started",
            "data": '{"seq":1,"type":"run.started","run_id":"run_01kaqf0c5v3y9m2t8z4n6r1w7b",'
            '"persona_id":"per_01kaqf0c5v3y9m2t8z4n6r1w7a","at":"2026-11-23T09:00:00.000Z"}',
        }
    ],
}
_SCHEME = "ApiKey"
_RETRIED = (429, 503)
_RETRY_AFTER: dict[str, Any] = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}
_REQUEST_ID: dict[str, Any] = {
    "Request-Id": {
        "description": "Names this request; quote it when you report something.",
        "schema": {"type": "string", "pattern": "^req_[0-9a-z]{26}$"},
    }
}
_RATE_LIMIT: dict[str, Any] = {
    "RateLimit-Policy": {
        "description": "The key's limit: `q` requests in a window of `w` seconds.",
        "schema": {"type": "string"},
        "example": '"requests";q=600;w=60',
    },
    "RateLimit": {
        "description": "What is left of it: `r` requests until the window closes in `t` seconds.",
        "schema": {"type": "string"},
        "example": '"requests";r=598;t=12',
    },
}
KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1-255 printable ASCII characters. A request repeated with it is answered with the first one's "
    "result, for a day.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "example": "0b6ff7c2-4a2b-4d0e-9a55-3c1f6f0c8d11",
}
PREFER_HEADER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`, `wait=<seconds>`, or both.",
    "schema": {"type": "string"},
}


IF_MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` of the state the change is meant for, or `*`. Without it the change is made to any.",
    "schema": {"type": "string"},
}


TAGS = [
    {"name": "personas", "description": "Generate personas, list and read them."},
    {"name": "voice", "description": "A persona's voice: its prompt, its fingerprint, talk with it, drift from it."},
    {"name": "test suite", "description": "Provoke a persona, see what it withstood, compare runs."},
    {"name": "provocation tests", "description": "The tests a workspace's personas are provoked with."},
    {"name": "runs", "description": "Runs of the pipeline: where they stand, what they cost, their events."},
    {"name": "progress", "description": "Live progress over WebSocket: its address, and tickets for browsers."},
    {"name": "webhooks", "description": "Events sent to your own addresses, signed: endpoints, deliveries, replays."},
    {"name": "config", "description": "Settings: read, explain, change, lock, keep, roll back."},
    {"name": "keys", "description": "API keys of the workspace: make, list, read, revoke."},
    {"name": "service", "description": "The service itself."},
]


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
            replies[status]["headers"] = _references(_RETRY_AFTER)
    return replies


def _problem_with(status: int, codes: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {"properties": {"status": {"const": status}}}
    if codes:
        told["properties"]["code"] = {"enum": codes}
    return {"allOf": [{"$ref": "#/components/schemas/Problem"}, told]}


def _problem_example(code: str) -> dict[str, Any]:
    known = CATALOGUE[code]
    example: dict[str, Any] = {
        "type": f"urn:fourfold:problem:{code}",
        "title": known.title,
        "status": known.status,
        "detail": known.detail,
        "code": code,
        "request_id": "req_01kaqf0c5v3y9m2t8z4n6r1w7b",
    }
    if known.field is not None:
        example["errors"] = [dict(zip(("pointer", "code", "detail"), known.field, strict=True))]
    return example


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


def body_of(model: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """A JSON body that the route reads by itself, and headers it looks at."""
    return json_request(model, also=headers)


def no_body() -> dict[str, Any]:
    """A route without a body that takes an Idempotency-Key."""
    return {"parameters": [KEY_HEADER]}


def optional_body_of(model: type[BaseModel]) -> dict[str, Any]:
    """A JSON body that may be left out, of a route that takes an Idempotency-Key."""
    described = json_request(model, idempotent=True)
    return {**described, "requestBody": {**described["requestBody"], "required": False}}


def created() -> dict[str, Any]:
    """The 201 of a generated persona."""
    return made("The persona, `active` or `flagged`", "The persona.")


def made(description: str, location: str) -> dict[str, Any]:
    """The 201 of something made, whose address is in `Location`."""
    header = {"Location": {"description": location, "schema": {"type": "string"}}}
    return {"description": description, "headers": header}


def persona_request() -> dict[str, Any]:
    """The body and headers of POST /v1/personas, which the route reads by itself."""
    return json_request(PersonaRequest, idempotent=True, also=[PREFER_HEADER])


def json_request(
    model: type[BaseModel], *, idempotent: bool = False, also: Iterable[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The body of a route that reads it with `json_body`; `idempotent`: it takes an Idempotency-Key."""
    _BODIES[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"schema": schema}
    described: dict[str, Any] = {"requestBody": {"required": True, "content": {"application/json": content}}}
    parameters = [*([KEY_HEADER] if idempotent else []), *also]
    return {**described, "parameters": parameters} if parameters else described


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


def commit(model: type[BaseModel]) -> dict[str, Any]:
    """The body and headers of a route that commits settings."""
    return body_of(model, IF_MATCH_HEADER)


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app's routes."""
    content = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        license_info=app.license_info,
    )
    schemas = content["components"]["schemas"]
    strict: set[str] = set()
    described: list[type[BaseModel]] = [*_BODIES.values(), PersonaFile, Problem]
    for model in described:
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = own.pop("$defs", {})
        strict |= {model.__name__, *parts} if model.__name__ in _BODIES else set()
        schemas.update(parts)
        schemas[model.__name__] = own
    schemas[_EVENT["title"]] = _EVENT
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own error shape, which we never answer with
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name not in strict:  # what we answer may grow
            schema.pop("additionalProperties", None)
    for name, shown in {**_own_examples(app), **{name: [shown] for name, shown in examples().items()}}.items():
        if name in schemas:
            schemas[name]["examples"] = shown
    scopes = {(found.path, found.method.lower()): found.scope for found in operations(app)}
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            _finish(operation, scopes.get((path, method)))
    content["components"]["headers"] = {**_RETRY_AFTER, **_REQUEST_ID, **_RATE_LIMIT}
    content["components"]["examples"] = {code: {"value": _problem_example(code)} for code in sorted(CATALOGUE)}
    return content


def _references(headers: dict[str, Any]) -> dict[str, Any]:
    """Headers that stand once in the document, where a reply has them."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in headers}


def _own_examples(app: FastAPI) -> dict[str, list[Any]]:
    """What the routes' models show of themselves; FastAPI drops the nulls in it."""
    models = {model for found in operations(app) for model in found.models}
    own = {model.__name__: model.model_json_schema().get("examples") for model in models}
    return {name: shown for name, shown in own.items() if shown}


def committed_text(app: FastAPI) -> str:
    """The document as docs/openapi.json holds it."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _finish(operation: dict[str, Any], scope: str | None) -> None:
    """What holds for every route: keys and their scope, limits, what can break, and headers."""
    replies = operation["responses"]
    general = (401, 403, 429, 431, 500, 503) if scope is not None else (431, 500, 503)
    for status in general:
        replies.setdefault(str(status), problems(status)[status])
    operation["security"] = []
    if scope is not None:
        operation["security"] = [{_SCHEME: [scope]}]
        operation["description"] = f"{operation.get('description', '')}\n\nNeeds a key with `{scope}`.".strip()
    for status, reply in replies.items():
        media = reply.get("content", {})
        if status == "422" and "application/problem+json" not in media:
            reply.update(problems(422)[422])
        headers = reply.setdefault("headers", {})
        headers.update(_references(_REQUEST_ID))
        if scope is not None and status != "401":
            headers.update(_references(_RATE_LIMIT))
    operation["responses"] = dict(sorted(replies.items()))
