"""Writes docs/asyncapi.json: `python -m fourfold.progress.asyncapi docs/asyncapi.json`.

The AsyncAPI 3.0 description of WebSocket, server-sent events and EventBridge, generated from the models that the code
sends and validates with. A test compares the committed file with the models.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field, create_model

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.schema import detail_schema
from fourfold.problem import Problem
from fourfold.progress.events import RunEvent
from fourfold.progress.messages import Ack, AnyCommand, ErrorReply, Pong

_SCHEMA = "#/components/schemas/{model}"
_VARIABLES = {"api": "API id", "region": "AWS region", "stage": "stage"}
_INTRODUCTION = (
    "Every run of the pipeline and every background job appends events to its own ordered log. An event is the same "
    "object over WebSocket and as a server-sent event. `seq` counts from 1 without gaps within a run. Over one "
    "connection the events of a run arrive in order, without gaps and without duplicates. If the server cannot "
    "determine whether an event was delivered, it closes the connection: reconnect, and subscribe with the last `seq` "
    "of each run. New event types may be added; ignore types that you do not know."
)


def document() -> dict[str, Any]:
    """Returns the AsyncAPI document."""
    schemas: dict[str, Any] = {}
    events = {model.__name__: _event(model, schemas) for model in get_args(RunEvent)}
    commands = {model.__name__: _payload(model, schemas, "validation") for model in get_args(AnyCommand)}
    replies = {model.__name__: _payload(model, schemas, "serialization") for model in (Ack, ErrorReply, Pong)}
    problem = {"StreamError": _message("error", _ref(Problem, schemas), "The stream ends because of a problem.")}
    bus = {event.__name__: _bus_message(event.detail_type, detail_schema(event), schemas) for event in EVENT_TYPES}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "fourfold", "version": "1", "description": _INTRODUCTION},
        "defaultContentType": "application/json",
        "servers": _servers(),
        "channels": {
            "progress": _channel(
                "/",
                "websocket",
                {**commands, **replies, **events},
                "Live progress. GET /v1/progress returns the URL. A connection has at most 100 subscriptions, lasts at"
                " most two hours, and is closed after ten minutes without messages. A message to the server has at"
                " most 16 KiB; on AWS, a message of more than 128 KiB closes the connection. A connection receives each"
                " event once: a repeated subscription replays nothing. A workspace has at most `api.limits.connections`"
                " connections (100 by default); the handshake of one more is answered with 429.",
            ),
            "runEvents": {
                **_channel(
                    "/v1/runs/{run_id}/events",
                    "rest",
                    {**events, **problem},
                    "A run's events as server-sent events: `id` is `seq`, `event` is `type`, `data` is the event."
                    " POST /v1/personas with `stream: true` returns the same stream.",
                ),
                "parameters": {"run_id": {"description": "The id of the run."}},
            },
            "bus": _channel("fourfold-{stage}", "bus", bus, "The event bus. Webhooks deliver the same events.")
            | {"parameters": {"stage": {"description": "The deployment stage, such as dev or prod."}}},
        },
        "operations": {
            "command": _operation("receive", "progress", commands, "Commands of clients."),
            "reply": _operation("send", "progress", replies, "Replies to commands."),
            "push": _operation("send", "progress", events, "Missed events, then live events."),
            "stream": _operation("send", "runEvents", {**events, **problem}, "Events of a run as server-sent events."),
            "publish": _operation(
                "send", "bus", bus, "Events for other systems, as the `detail` of an EventBridge event."
            ),
        },
        "components": {
            "messages": {**commands, **replies, **events, **problem, **bus},
            "schemas": schemas,
            "securitySchemes": {
                "apiKey": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key with the scope personas:read.",
                },
                "ticket": {
                    "type": "httpApiKey",
                    "in": "query",
                    "name": "ticket",
                    "description": "For browsers: a ticket of POST /v1/progress/tickets, valid once, for 60 seconds.",
                },
            },
        },
    }


def text() -> str:
    """Returns the document as the text of docs/asyncapi.json."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def _servers() -> dict[str, Any]:
    keys = {name: {"$ref": f"#/components/securitySchemes/{name}"} for name in ("apiKey", "ticket")}
    host = "{api}.execute-api.{region}.amazonaws.com"
    variables = {name: {"description": f"The {_VARIABLES[name]} of the deployment."} for name in _VARIABLES}
    return {
        "websocket": {
            "host": host,
            "pathname": "/{stage}",
            "protocol": "wss",
            "variables": variables,
            "security": [keys["apiKey"], keys["ticket"]],
        },
        "rest": {
            "host": host,
            "pathname": "/{stage}",
            "protocol": "https",
            "variables": variables,
            "security": [keys["apiKey"]],
        },
        "bus": {
            "host": "events.{region}.amazonaws.com",
            "protocol": "eventbridge",
            "variables": {"region": variables["region"]},
        },
    }


def _channel(address: str, server: str, messages: dict[str, Any], description: str) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": f"#/servers/{server}"}],
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }


def _operation(action: str, channel: str, messages: dict[str, Any], summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _message(name: str, payload: dict[str, Any], summary: str) -> dict[str, Any]:
    return {"name": name, "summary": summary, "payload": payload}


def _payload(model: type[BaseModel], schemas: dict[str, Any], mode: str) -> dict[str, Any]:
    fields = model.model_fields
    kind = fields["type"].default if "type" in fields else get_args(fields["action"].annotation)[0]
    return _message(str(kind), _ref(model, schemas, mode), _first_line(model))


def _event(model: type[BaseModel], schemas: dict[str, Any]) -> dict[str, Any]:
    """Returns the message of an event with the fields that `fourfold.progress.log.event_body` adds."""
    whole: type[BaseModel] = create_model(
        model.__name__,
        __base__=model,
        __doc__=model.__doc__,
        seq=(Annotated[int, Field(ge=1)], ...),
        run_id=(str, ...),
        persona_id=(str | None, ...),
        at=(datetime, ...),
    )
    return _message(model.model_fields["type"].default, _ref(whole, schemas), _first_line(model))


def _bus_message(name: str, schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    payload = {key: value for key, value in schema.items() if key not in {"$schema", "$defs"}}
    moved = json.loads(json.dumps({**payload, "$defs": schema.get("$defs", {})}).replace("#/$defs/", _SCHEMA[:-7]))
    schemas.update(moved.pop("$defs"))
    return _message(name, moved, f"`detail-type` {name}")


def _ref(model: type[BaseModel], schemas: dict[str, Any], mode: str = "serialization") -> dict[str, Any]:
    schema = model.model_json_schema(
        ref_template=_SCHEMA, mode="validation" if mode == "validation" else "serialization"
    )
    schemas.update(schema.pop("$defs", {}))
    if mode == "serialization":  # the server may add fields
        schema.pop("additionalProperties", None)
    schemas[model.__name__] = schema
    return {"$ref": _SCHEMA.format(model=model.__name__)}


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
