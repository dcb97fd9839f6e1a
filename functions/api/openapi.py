"""What FastAPI cannot tell by itself about the API: bodies checked by us, problems, streams."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from fourfold.problem import Problem
from functions.api.documents import PersonaRequest
from functions.api.webhook_documents import ReplayRequest, RotationRequest, WebhookChange, WebhookRequest

Responses = dict[int | str, dict[str, Any]]

# Bodies that routes read by themselves.
_REQUESTS: tuple[type[BaseModel], ...] = (
    PersonaRequest,
    WebhookRequest,
    WebhookChange,
    RotationRequest,
    ReplayRequest,
)

_MEANINGS = {
    400: "Not JSON, or an unusable Idempotency-Key",
    401: "No valid key",
    403: "The key lacks the scope",
    404: "Not there, or not yours",
    409: "The first request with this Idempotency-Key is still running; see `Location`",
    413: "The body is over 64 KiB",
    415: "The body is not JSON by its own account",
    422: "A field is wrong (see `errors`), or the Idempotency-Key was used with another body",
    500: "It failed inside the service",
    502: "The model gave no usable answer",
    503: "Not available; see `Retry-After`",
    504: "A step did not finish in time",
}
_EXAMPLE = {
    "type": "urn:fourfold:problem:invalid_request",
    "title": "The request is not valid",
    "status": 422,
    "detail": "/intent: Must say something.",
    "code": "invalid_request",
    "request_id": "req_01kaqf0c5v3y9m2t8z4n6r1w7b",
    "errors": [{"pointer": "/intent", "code": "blank", "detail": "Must say something."}],
}
_STREAM_EXAMPLE = (
    'id: 1\nevent: run.started\ndata: {"seq":1,"type":"run.started","run_id":"run_...","persona_id":"per_...",'
    '"at":"2026-11-23T09:00:00.000Z"}\n\n'
)
_HEADERS: dict[str, Any] = {
    "Request-Id": {
        "description": "Names this request; quote it when you report something.",
        "schema": {"type": "string"},
    }
}
_KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1-255 printable ASCII characters. The same key with the same body answers with the first run.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_PREFER_HEADER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`, `wait=<seconds>`, or both.",
    "schema": {"type": "string"},
}


def problems(*statuses: int) -> Responses:
    """Problem replies of a route."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {
            "description": _MEANINGS[status],
            "content": {"application/problem+json": {"schema": schema, "example": {**_EXAMPLE, "status": status}}},
        }
        for status in statuses
    }


def conflict(description: str) -> Responses:
    """A 409 and what it means on this route."""
    return {409: {**problems(409)[409], "description": description}}


def body_of(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """The JSON body of a route that reads it by itself; `model` is one of `_REQUESTS`."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def event_stream(description: str) -> Responses:
    """A 200 that is a stream of events."""
    content = {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAM_EXAMPLE}}
    return {200: {"description": description, "content": content}}


def created() -> dict[str, Any]:
    """The 201 of a generated persona."""
    location = {"description": "The persona.", "schema": {"type": "string"}}
    return {"description": "The persona, `active` or `flagged`", "headers": {"Location": location}}


def persona_request() -> dict[str, Any]:
    """The body and headers of POST /v1/personas, which the route reads by itself."""
    schema = {"$ref": "#/components/schemas/PersonaRequest"}
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "parameters": [_KEY_HEADER, _PREFER_HEADER],
    }


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of the app's routes."""
    content = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes, tags=app.openapi_tags
    )
    schemas = content["components"]["schemas"]
    models: tuple[type[BaseModel], ...] = (*_REQUESTS, Problem)
    for model in models:
        own = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(own.pop("$defs", {}))
        schemas[model.__name__] = own
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own error shape, which we never answer with
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name not in {model.__name__ for model in _REQUESTS}:  # what we answer may grow
            schema.pop("additionalProperties", None)
    for path in content["paths"].values():
        for operation in path.values():
            _finish(operation)
    return content


def committed_text(app: FastAPI) -> str:
    """The document as docs/openapi.json holds it."""
    return json.dumps(app.openapi(), indent=2, ensure_ascii=False) + "\n"


def _finish(operation: dict[str, Any]) -> None:
    for status in (500, 503):  # anything can break, or stand on something that does
        operation["responses"].setdefault(str(status), problems(status)[status])
    for status, reply in operation["responses"].items():
        reply.setdefault("headers", {}).update(_HEADERS)
        media = reply.get("content", {})
        if status == "422" and "application/problem+json" not in media:
            reply["content"] = problems(422)[422]["content"]
            reply["description"] = _MEANINGS[422]
