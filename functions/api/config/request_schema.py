"""JSON Schema of the settings that a request may contain, with the types and bounds of the configuration."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

from fourfold.config.engine import EngineConfig
from fourfold.config.request import REQUEST_KEYS


@cache
def request_settings_schema() -> dict[str, Any]:
    """An object schema of the allowed keys. Keys with the same value schema share one pattern, to keep it small."""
    schema = EngineConfig.model_json_schema(ref_template="{model}")
    alike: dict[str, list[str]] = {}
    for key in REQUEST_KEYS:
        field = _field(schema, key.removeprefix("engine.").split("."))
        alike.setdefault(json.dumps(field), []).append(key)
    return {
        "type": "object",
        "properties": {keys[0]: json.loads(field) for field, keys in alike.items() if len(keys) == 1},
        "patternProperties": {_any_of(keys): json.loads(field) for field, keys in alike.items() if len(keys) > 1},
        "additionalProperties": False,
    }


def _any_of(keys: list[str]) -> str:
    """A pattern of keys that differ in their step, such as `^engine\\.pipeline\\.(soul_draft|audit)\\.model$`."""
    heads, _, setting = zip(*(key.rpartition(".") for key in keys), strict=True)
    prefixes = {head.rpartition(".")[0] for head in heads}
    if len(prefixes) == 1 and len(set(setting)) == 1:
        steps = "|".join(re.escape(head.rpartition(".")[2]) for head in heads)
        return f"^{re.escape(prefixes.pop())}\\.({steps})\\.{re.escape(setting[0])}$"
    return f"^({'|'.join(re.escape(key) for key in keys)})$"


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
