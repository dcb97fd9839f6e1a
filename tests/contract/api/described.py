"""Holds every reply against what openapi.json says about it."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
from jsonschema import Draft202012Validator

UNDESCRIBED = ("/v1/openapi.json", "/docs")


def assert_described(description: dict[str, Any], reply: httpx.Response) -> None:
    """Fails unless the route lists this status and media type, and the body fits its schema."""
    if reply.request.method == "OPTIONS":  # a browser's question, no operation of ours
        return
    operation = _operation(description, reply.request.method, reply.request.url.path)
    if operation is None:
        assert reply.status_code in {404, 405} or reply.request.url.path.startswith(UNDESCRIBED)
        return
    status = str(reply.status_code)
    assert status in operation["responses"], f"{status} is not described for {reply.request.url.path}"
    content = operation["responses"][status].get("content", {})
    if not reply.content:
        assert not content
        return
    media_type = reply.headers["content-type"].split(";")[0]
    assert media_type in content, f"{media_type} is not described for {status} of {reply.request.url.path}"
    if media_type.endswith("json"):
        schema = {**content[media_type]["schema"], "components": description["components"]}
        Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(
            json.loads(reply.text)
        )


def _operation(description: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    # A concrete path goes before a templated one (OpenAPI 3.1, Paths Object).
    for template, operations in sorted(description["paths"].items(), key=lambda entry: "{" in entry[0]):
        if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", template), path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None
