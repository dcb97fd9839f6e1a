"""What FastAPI cannot tell by itself about the API: bodies checked by us, problems, streams."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from fourfold.problem import Problem
from functions.api.openapi.bodies import FILES, STRICT
from functions.api.openapi.examples import examples
from functions.api.openapi.operations import operations
from functions.api.openapi.problems import CATALOGUE
from functions.api.openapi.replies import RETRY_AFTER, problems, references

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
    described: list[type[BaseModel]] = [*STRICT.values(), *FILES.values(), Problem]
    for model in described:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = schema.pop("$defs", {})
        strict |= {model.__name__, *parts} if model.__name__ in STRICT else set()
        schemas.update(parts)
        schemas[model.__name__] = schema
    schemas[_EVENT["title"]] = _EVENT
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own error shape, which we never answer with
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name not in strict:  # what we answer may grow
            schema.pop("additionalProperties", None)
    for name, example in {**_own_examples(app), **{name: [example] for name, example in examples().items()}}.items():
        if name in schemas:
            schemas[name]["examples"] = example
    scopes = {(found.path, found.method.lower()): found.scope for found in operations(app)}
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            _finish(operation, scopes.get((path, method)))
    content["components"]["headers"] = {**RETRY_AFTER, **_REQUEST_ID, **_RATE_LIMIT}
    content["components"]["examples"] = {code: {"value": _problem_example(code)} for code in sorted(CATALOGUE)}
    return content


def _own_examples(app: FastAPI) -> dict[str, list[Any]]:
    """What the routes' models show of themselves; FastAPI drops the nulls in it."""
    models = {model for found in operations(app) for model in found.models}
    schema = {model.__name__: model.model_json_schema().get("examples") for model in models}
    return {name: example for name, example in schema.items() if example}


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
        headers.update(references(_REQUEST_ID))
        if scope is not None and status != "401":
            headers.update(references(_RATE_LIMIT))
    operation["responses"] = dict(sorted(replies.items()))
