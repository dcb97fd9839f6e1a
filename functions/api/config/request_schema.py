"""JSON Schema of the settings that a request may contain, with the types and bounds of the configuration."""

from __future__ import annotations

from functools import cache
from typing import Any

from fourfold.config.engine import EngineConfig
from fourfold.config.request import REQUEST_KEYS

NAME = "RequestSettings"
# Stands for a reference in the models of bodies: pydantic resolves references itself, and does not know this schema.
PLACEHOLDER: dict[str, Any] = {"$comment": NAME}


@cache
def request_settings_schema() -> dict[str, Any]:
    """An object schema of the allowed keys: the component `RequestSettings` of the document."""
    schema = EngineConfig.model_json_schema(ref_template="{model}")
    keys = {key: _field(schema, key.removeprefix("engine.").split(".")) for key in REQUEST_KEYS}
    return {
        "type": "object",
        "description": "Settings of one request, by key.",
        "properties": keys,
        "additionalProperties": False,
    }


def _field(schema: dict[str, Any], path: list[str]) -> dict[str, Any]:
    node = schema
    for name in path:
        node = _resolved(schema, node)["properties"][name]
    inlined = _inlined(schema, node)
    return {name: value for name, value in inlined.items() if name not in {"title", "default"}}


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: dict[str, Any] = schema["$defs"][node["$ref"]]
    return {**target, **{name: value for name, value in node.items() if name != "$ref"}}


def _inlined(schema: dict[str, Any], node: Any) -> Any:  # noqa: ANN401 - JSON
    """The schema with all references inlined."""
    if isinstance(node, dict):
        return {name: _inlined(schema, value) for name, value in _resolved(schema, node).items()}
    if isinstance(node, list):
        return [_inlined(schema, value) for value in node]
    return node
