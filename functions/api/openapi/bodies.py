"""OpenAPI descriptions of request bodies and headers that routes read themselves, without FastAPI's parsing."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

# Models of these bodies by schema name, registered when the routes are declared. Strict ones forbid other fields.
STRICT: dict[str, type[BaseModel]] = {}
FILES: dict[str, type[BaseModel]] = {}

KEY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    # Without an example: Swagger UI would send it, and then refuse the second, different request.
    "description": "1-255 printable ASCII characters, unique per request, such as a UUID. A repeated request with the "
    "same key returns the first result, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]([ -~]*[!-~])?$"},
}
PREFER_HEADER = {
    "name": "Prefer",
    "in": "header",
    "required": False,
    "description": "`respond-async`, `wait=<seconds>`, or both (RFC 7240).",
    "schema": {"type": "string"},
}


IF_MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` that the resource must have, or `*`. Without the header the change is unconditional.",
    "schema": {"type": "string"},
}


def required_json(model: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """A required JSON body, read with `fourfold.http.body.json_body`, and headers."""
    STRICT[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    described = {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
    return {**described, **request_headers(*headers)}


def optional_json(model: type[BaseModel], *headers: dict[str, Any]) -> dict[str, Any]:
    """An optional JSON body, and headers."""
    described = required_json(model, *headers)
    return {**described, "requestBody": {**described["requestBody"], "required": False}}


def file(model: type[BaseModel], media_type: str, *headers: dict[str, Any]) -> dict[str, Any]:
    """A file, either JSON with arbitrary fields or of `media_type`, and headers."""
    FILES[model.__name__] = model
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    content = {"application/json": {"schema": schema}, media_type: binary(media_type)}
    return {"requestBody": {"required": True, "content": content}, **request_headers(*headers)}


def picture(media_type: str) -> dict[str, Any]:
    """A required picture of `media_type`."""
    return {"requestBody": {"required": True, "content": {media_type: binary(media_type)}}}


def binary(media_type: str) -> dict[str, Any]:
    """Binary content."""
    return {"schema": {"type": "string", "contentMediaType": media_type}}


def request_headers(*headers: dict[str, Any]) -> dict[str, Any]:
    """Headers that the route reads."""
    return {"parameters": list(headers)} if headers else {}
