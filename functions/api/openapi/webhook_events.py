"""Describes the deliveries of webhooks: the `webhooks` section of the OpenAPI document, one entry per event type."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, create_model
from pydantic.json_schema import models_json_schema

from fourfold.events.catalog import EVENT_TYPES
from fourfold.events.envelope import EventData

_HEADERS = {
    "webhook-id": "The id of the event, equal in every attempt and replay of its delivery.",
    "webhook-timestamp": "The time of the attempt, in seconds since 1970-01-01T00:00:00Z.",
    "webhook-signature": "Signatures `v1,<base64>` separated by spaces (Standard Webhooks); one per valid secret.",
}


def webhook_events() -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the `webhooks` section, and the schemas that it refers to."""
    bodies = {event.detail_type: _body(event) for event in EVENT_TYPES}
    _, definitions = models_json_schema(
        [(body, "serialization") for body in bodies.values()], ref_template="#/components/schemas/{model}"
    )
    return {name: {"post": _operation(name, body)} for name, body in bodies.items()}, definitions["$defs"]


def _body(event: type[EventData]) -> type[BaseModel]:
    """The model of a delivery's body."""
    summary = (event.__doc__ or "").strip().splitlines()[0]
    name: Any = Literal[event.detail_type]
    return create_model(
        f"{event.__name__}Event",
        __doc__=summary,
        type=(name, ...),
        timestamp=(datetime, Field(description="When the event occurred.")),
        data=(event, ...),
    )


def _operation(name: str, body: type[BaseModel]) -> dict[str, Any]:
    summary = (body.__doc__ or "").rstrip(".")
    return {
        "operationId": f"receive_{name.replace('.', '_')}",
        "summary": summary,
        "description": f"{summary}. Answer with any 2xx status within 15 seconds; otherwise the delivery is retried.",
        "tags": ["webhooks"],
        "security": [],
        "parameters": [
            {"name": header, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}
            for header, meaning in _HEADERS.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{body.__name__}"}}},
        },
        "responses": {"204": {"description": "The event is received"}},
    }
