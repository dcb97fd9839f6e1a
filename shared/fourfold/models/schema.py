"""The JSON Schema of an answer as every provider takes it: the subset that constrained decoding knows.

Our docstrings are left out: the schema is billed as input with every call, and the tasks say what a field means.
Whatever a provider promises, the answer is validated here again: all of them drop some bounds.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel

# Annotations, and keywords that strict decoding refuses; the bounds among them go into the description as words.
_DROPPED = frozenset(
    {"title", "description", "default", "discriminator", "examples", "pattern", "minLength", "maxLength", "uniqueItems"}
)
_TOLD = {"minLength": "at least {} characters", "maxLength": "at most {} characters", "pattern": "matching {}"}
_MEANINGLESS = {"minLength": 1}


@cache
def portable_schema(output_type: type[BaseModel]) -> dict[str, Any]:
    """The schema with every property required and no other allowed; an optional one may be null or its default."""
    schema = _portable(output_type.model_json_schema(by_alias=True))
    if not isinstance(schema, dict):
        raise TypeError(f"{output_type.__name__} has no object schema")
    return schema


def _portable(node: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(node, list):
        return [_portable(item) for item in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for keyword, value in node.items():
        if keyword in _DROPPED:
            continue
        if keyword == "oneOf":
            found["anyOf"] = _portable(value)
        elif keyword == "const":
            found["enum"] = [value]
        elif keyword in {"properties", "$defs"}:  # their keys are names, not keywords
            found[keyword] = {name: _portable(part) for name, part in value.items()}
        else:
            found[keyword] = _portable(value)
    bounds = [
        words.format(node[keyword])
        for keyword, words in _TOLD.items()
        if keyword in node and _MEANINGLESS.get(keyword) != node[keyword]
    ]
    if bounds:
        found["description"] = ", ".join(bounds)
    if "properties" in found:
        found["required"] = list(found["properties"])
        found["additionalProperties"] = False
    return found
