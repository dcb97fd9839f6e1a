"""Converts the JSON Schemas from 2020-12 to draft 4, the newest version that the EventBridge Schema Registry takes."""

from __future__ import annotations

from typing import Any, Final

DRAFT_4: Final = "http://json-schema.org/draft-04/schema#"
_META: Final = ("$schema", "$id", "$comment", "examples", "discriminator", "deprecated", "readOnly", "writeOnly")


def draft4(schema: dict[str, Any]) -> dict[str, Any]:
    """Returns the schema in draft 4: `definitions`, boolean exclusive bounds, `enum` for `const`.

    Keywords that draft 4 lacks are removed, so the result accepts everything that the original accepts.
    """
    return {"$schema": DRAFT_4, **_converted(schema)}


def _converted(schema: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in schema.items():
        if name in _META:
            continue
        if name == "$defs":
            result["definitions"] = {key: _converted(one) for key, one in value.items()}
        elif name == "$ref":
            result["$ref"] = value.replace("#/$defs/", "#/definitions/")
        elif name == "const":
            result["enum"] = [value]
        elif name in {"exclusiveMinimum", "exclusiveMaximum"}:
            result[name.removeprefix("exclusive").lower()] = value
            result[name] = True
        elif name == "prefixItems":
            result["items"] = [_converted(one) for one in value]
        elif name == "properties":
            result[name] = {key: _converted(one) for key, one in value.items()}
        elif isinstance(value, dict) and name in {"items", "additionalProperties", "not"}:
            result[name] = _converted(value)
        elif name in {"anyOf", "oneOf", "allOf"}:
            result[name] = [_converted(one) for one in value]
        else:
            result[name] = value
    return result
