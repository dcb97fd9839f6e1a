"""Bodies and headers that routes read by themselves, as openapi.json describes them."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

# Models of these bodies by the name of their schema, noted where the routes are described.
STRICT: dict[str, type[BaseModel]] = {}
FILES: dict[str, type[BaseModel]] = {}

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


def required_json(model: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """A JSON body that the route reads with `fourfold.http.body.json_body`, and the headers it looks at."""
    STRICT[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    described = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    return {**described, **request_headers(*headers)}


def optional_json(model: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """A JSON body that may be left out."""
    described = required_json(model, *headers)
    return {**described, "requestBody": {**described["requestBody"], "required": False}}


def file(model: type[BaseModel], media_type: str, *headers: dict[str, Any]) -> dict[str, Any]:
    """A file as JSON, whose fields are not ours alone, or as `media_type`."""
    FILES[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema}, media_type: binary(media_type)}
    return {"requestBody": {"required": True, "content": content}, **request_headers(*headers)}


def binary(media_type: str) -> dict[str, Any]:
    """Content that is no text."""
    return {"schema": {"type": "string", "contentMediaType": media_type}}


def request_headers(*headers: dict[str, Any]) -> dict[str, Any]:
    """Headers a route looks at."""
    return {"parameters": list(headers)} if headers else {}
