"""Adds a curl command to each operation, for documentation pages that show `x-codeSamples`."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from functions.api.openapi.example_values import PERSONA_ID, RUN_ID

_EXAMPLES = {"persona_id": PERSONA_ID, "run_id": RUN_ID}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def curl_command(method: str, path: str, operation: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A curl command for the operation, with the first example of its JSON body."""
    parts = ["curl"] if method == "get" else ["curl", "-X", method.upper()]
    query = "&".join(
        f"{field['name']}={_example(field)}" for field in operation.get("parameters", []) if _needed(field)
    )
    url = _PLACEHOLDER.sub(lambda found: _EXAMPLES.get(found[1], f"${found[1].upper()}"), path)
    parts.append(f'"$FOURFOLD_URL{url}{"?" if query else ""}{query}"')
    if operation["security"]:
        parts.append('-H "Authorization: Bearer $FOURFOLD_API_KEY"')
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    example = schemas.get(body.get("$ref", "").rpartition("/")[2], {}).get("examples", [None])[0]
    if example is not None:
        parts += ['-H "Content-Type: application/json"', f"-d {shlex.quote(json.dumps(example, ensure_ascii=False))}"]
    return " ".join(parts)


def _needed(parameter: dict[str, Any]) -> bool:
    return bool(parameter["in"] == "query" and parameter.get("required"))


def _example(parameter: dict[str, Any]) -> str:
    shown = parameter["schema"].get("examples") or [parameter.get("example", "")]
    return str(shown[0])
