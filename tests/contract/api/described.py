"""Holds every reply against what openapi.json says about it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator

UNDESCRIBED = ("/v1/openapi.json", "/docs", "/console/")
ROOT = "/"


def assert_described(description: dict[str, Any], reply: httpx.Response) -> None:
    """Fails unless the route lists this status and media type, and the body fits its schema."""
    if reply.request.method == "OPTIONS":  # a browser's question, no operation of ours
        return
    method = reply.request.method.replace("HEAD", "GET")
    operation = _operation(description, method, reply.request.url.path)
    if operation is None:
        path = reply.request.url.path
        assert reply.status_code in {404, 405} or path == ROOT or path.startswith(UNDESCRIBED)
        return
    status = str(reply.status_code)
    media_type = reply.headers.get("content-type", "").split(";")[0]
    stream = operation.get("x-event-stream", {})
    if media_type in stream.get("content", {}):
        assert reply.status_code == stream["status"]
        return
    assert status in operation["responses"], f"{status} is not described for {reply.request.url.path}"
    content = resolved(description, operation["responses"][status]).get("content", {})
    if not reply.content:
        assert not content or reply.request.method == "HEAD"
        return
    assert media_type in content, f"{media_type} is not described for {status} of {reply.request.url.path}"
    if media_type.endswith("json"):
        schema = {**content[media_type]["schema"], "components": description["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            json.loads(reply.text)
        )


def resolved(description: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in part:
        return part
    _, _, section, name = part["$ref"].split("/")
    found: dict[str, Any] = description["components"][section][name]
    return found


def _operation(description: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    # A concrete path goes before a templated one (OpenAPI 3.1, Paths Object).
    for template, operations in sorted(description["paths"].items(), key=lambda entry: "{" in entry[0]):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None
