"""Builds the OpenAPI 3.1 document: FastAPI's, with bodies, problems, streams, scopes, webhooks and examples."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from fourfold.problem import Problem
from functions.api.config import request_schema
from functions.api.openai_compatible.schemas import OpenAIError
from functions.api.openapi import openai_errors
from functions.api.openapi.bodies import FILES, STRICT
from functions.api.openapi.code_samples import curl_command
from functions.api.openapi.event_streams import set_apart
from functions.api.openapi.examples import examples
from functions.api.openapi.generatable import make_generatable, referenced
from functions.api.openapi.operations import operations
from functions.api.openapi.problems import CATALOGUE
from functions.api.openapi.replies import RETRY_AFTER, problems, references
from functions.api.openapi.shared_parts import share_parts
from functions.api.openapi.webhook_events import webhook_events

_EVENT: dict[str, Any] = {
    "type": "object",
    "description": "One event of a `text/event-stream`. Lines that begin with a colon are heartbeats. An `error` event "
    "contains a problem and ends the stream.",
    "properties": {
        "id": {"type": "string", "description": "The event's `seq`. Send the last one as `Last-Event-ID` to resume."},
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
        "description": "The id of this request; include it in support requests.",
        "schema": {"type": "string", "pattern": "^req_[0-9a-z]{26}$"},
    }
}
_RATE_LIMIT: dict[str, Any] = {
    "RateLimit-Policy": {
        "description": "The API key's limit: `q` requests per window of `w` seconds.",
        "schema": {"type": "string"},
        "example": '"requests";q=600;w=60',
    },
    "RateLimit": {
        "description": "The remaining `r` requests; the window resets in `t` seconds.",
        "schema": {"type": "string"},
        "example": '"requests";r=598;t=12',
    },
}
TAGS = [
    {
        "name": "personas",
        "description": "Generate, list, read, update, regenerate, export, import and delete personas.",
    },
    {"name": "voice", "description": "A persona's system prompt, voice fingerprint, chat and drift."},
    {"name": "sessions", "description": "Chats that were held: list, read, rename, end and delete."},
    {"name": openai_errors.TAG, "description": "Chat with personas through OpenAI's SDKs: set their base URL."},
    {"name": "test suite", "description": "Run the provocation suite against a persona, read results, compare runs."},
    {"name": "provocation tests", "description": "The provocation tests of the workspace: shipped and custom tests."},
    {"name": "evaluations", "description": "A against B over the same briefs: verdict, intervals, cost."},
    {"name": "judges", "description": "How far judges can be trusted: their passports, and labels of your own."},
    {"name": "runs", "description": "Runs and background jobs: status, cost and events."},
    {"name": "progress", "description": "Live progress over WebSocket: its URL, and tickets for browsers."},
    {"name": "webhooks", "description": "Signed webhooks: endpoints, secrets, deliveries and replays."},
    {"name": "config", "description": "Settings: read, explain, change, lock, snapshot and roll back."},
    {"name": "usage", "description": "Calls, tokens and cost of the workspace's model calls."},
    {"name": "keys", "description": "API keys of the workspace: create, list, read and revoke."},
    {"name": "workspace", "description": "The whole workspace: export and deletion."},
    {"name": "service", "description": "Health of the service."},
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
    """Returns the OpenAPI 3.1 document of the app."""
    content = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        contact=app.contact,
        license_info=app.license_info,
    )
    schemas: dict[str, Any] = content["components"]["schemas"]
    _add_schemas(app, schemas)
    content["webhooks"], received = webhook_events()
    for name, schema in received.items():
        schemas.setdefault(name, schema)
    scopes = {(found.path, found.method.lower()): found.scope for found in operations(app)}
    for path, methods in content["paths"].items():
        for method, operation in methods.items():
            _finish(operation, scopes.get((path, method)), changes=method != "get")
            source = curl_command(method, path, operation, schemas)
            operation["x-codeSamples"] = [{"lang": "Shell", "source": source}]
    sent = [operation.get("requestBody") for methods in content["paths"].values() for operation in methods.values()]
    make_generatable(schemas, referenced(sent))
    content["components"]["headers"] = {**RETRY_AFTER, **_REQUEST_ID, **_RATE_LIMIT}
    content["components"]["examples"] = {code: {"value": _problem_example(code)} for code in sorted(CATALOGUE)}
    share_parts(content)
    return content


def _add_schemas(app: FastAPI, schemas: dict[str, Any]) -> None:
    """Adds the schemas of bodies, problems and events, and examples; removes FastAPI's own error schemas."""
    strict: set[str] = set()
    described: list[type[BaseModel]] = [*STRICT.values(), *FILES.values(), Problem, OpenAIError]
    for model in described:
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        parts = schema.pop("$defs", {})
        strict |= {model.__name__, *parts} if model.__name__ in STRICT else set()
        schemas.update(parts)
        schemas[model.__name__] = schema
    schemas["ServerSentEvent"] = deepcopy(_EVENT)
    schemas[request_schema.NAME] = deepcopy(request_schema.request_settings_schema())
    strict.add(request_schema.NAME)
    for name in strict:
        for field in schemas[name].get("properties", {}).values():
            if field.get("$comment") == request_schema.NAME:
                field["$ref"] = f"#/components/schemas/{field.pop('$comment')}"
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's error format, which this API does not use
        schemas.pop(name, None)
    for name, schema in schemas.items():
        if name not in strict:  # replies may get new fields
            schema.pop("additionalProperties", None)
    for name, example in {**_own_examples(app), **{name: [example] for name, example in examples().items()}}.items():
        if name in schemas:
            schemas[name]["examples"] = example


def _own_examples(app: FastAPI) -> dict[str, list[Any]]:
    """The `examples` of the routes' models, taken from the models because FastAPI drops null values in them."""
    models = {model for found in operations(app) for model in found.models}
    schema = {model.__name__: model.model_json_schema().get("examples") for model in models}
    return {name: example for name, example in schema.items() if example}


def _finish(operation: dict[str, Any], scope: str | None, *, changes: bool) -> None:
    """Adds what applies to every operation: security, scope, general problems, and headers."""
    replies = operation["responses"]
    general = [*(401, 403, 422, 429) * (scope is not None), 431, 500, 503, *(408,) * ("requestBody" in operation)]
    if openai_errors.TAG in operation["tags"]:
        replies.pop("422", None)  # FastAPI's own
        replies.update(openai_errors.responses("requestBody" in operation))
    else:
        for status in [*general, *(507,) * changes]:
            replies.setdefault(str(status), problems(status)[status])
    operation["security"] = []
    if scope is not None:
        operation["security"] = [{_SCHEME: [scope]}]
        operation["description"] = f"{operation.get('description', '')}\n\nRequires the scope `{scope}`.".strip()
    for status, reply in replies.items():
        media = reply.get("content", {})
        if status == "422" and "application/problem+json" not in media:
            reply.update(problems(422)[422])
        headers = reply.setdefault("headers", {})
        headers.update(references(_REQUEST_ID))
        if scope is not None and status != "401":
            headers.update(references(_RATE_LIMIT))
    operation["responses"] = dict(sorted(replies.items()))
    set_apart(operation)
