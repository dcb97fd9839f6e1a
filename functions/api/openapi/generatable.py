"""Rewrites schemas, without changing their meaning, so that client generators give every field a type.

- `default` is removed: openapi-typescript makes a field with a default required, also in requests. The description
  names the default instead. In replies, a field with a default is always present, so it is required.
- `title` is removed: it repeats the name of a schema, and generators derive the names of types from it.
- Arrays of a fixed length whose items have one schema use `items`, which every generator knows; few know `prefixItems`.
- A nullable type is `"type": [..., "null"]`, not a union of two schemas.
- The tag of a discriminated union is required, because a union is decided by it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fourfold.problem import FieldError, Problem

Schema = dict[str, Any]

# Models whose JSON omits fields that have no value.
_OMITTING = frozenset({Problem.__name__, FieldError.__name__})
_REFERENCE = "#/components/schemas/"


def make_generatable(schemas: dict[str, Schema], in_requests: Iterable[str]) -> None:
    """Rewrites the schemas in place. `in_requests` are the names of those that request bodies refer to."""
    sent = reachable(schemas, in_requests)
    for name, schema in schemas.items():
        schema.pop("title", None)
        _require_defaults(schema, every=name not in sent and name not in _OMITTING)
        for node in _nodes(schema):
            _rewrite(node, describe_default=name in sent and not name.endswith(("Patch", "Change")))


def reachable(schemas: Mapping[str, Schema], names: Iterable[str]) -> set[str]:
    """The names of these schemas, and of all that they refer to."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in found:
            found.add(name)
            waiting += referenced(schemas[name])
    return found


def referenced(content: object) -> set[str]:
    """The names of the schemas that some part of the document refers to directly."""
    return {
        node["$ref"].removeprefix(_REFERENCE)
        for node in _nodes(content)
        if isinstance(node.get("$ref"), str) and node["$ref"].startswith(_REFERENCE)
    }


def _require_defaults(schema: Schema, *, every: bool) -> None:
    """Requires the properties with a default: constants always, since they are tags of unions; others if `every`."""
    properties: dict[str, Schema] = schema.get("properties", {})
    required = {name for name, field in properties.items() if "default" in field and (every or "const" in field)}
    listed = [name for name in properties if name in required or name in schema.get("required", [])]
    if listed:
        schema["required"] = listed


def _rewrite(node: Schema, *, describe_default: bool) -> None:
    for field in node.get("properties", {}).values():
        if isinstance(field, dict):
            field.pop("title", None)
            default = field.pop("default", None)
            if describe_default and isinstance(default, str | int | float) and default not in {"", False}:
                field["description"] = f"{field.get('description', '')} Default: `{json.dumps(default)}`.".strip()
    _flatten_nullable(node)
    items = node.get("prefixItems")
    if items and all(item == items[0] for item in items) and node.get("maxItems") == len(items):
        node["items"] = node.pop("prefixItems")[0]


def _flatten_nullable(node: Schema) -> None:
    """Merges `anyOf` of a schema and null into one schema, if none of its keywords would forbid null."""
    schemas = [schema for schema in node.get("anyOf", []) if schema != {"type": "null"}]
    if len(schemas) != 1 or len(node["anyOf"]) != 2:  # noqa: PLR2004 - a schema and null
        return
    kind = schemas[0].get("type")
    if isinstance(kind, str) and not {"enum", "const"} & schemas[0].keys() and not schemas[0].keys() & node.keys():
        del node["anyOf"]
        node.update({**schemas[0], "type": [kind, "null"]})


def _nodes(content: object) -> Iterator[Schema]:
    """All objects of a JSON value, except those inside of examples."""
    if isinstance(content, dict):
        yield content
        for name, value in content.items():
            if name not in {"example", "examples"}:
                yield from _nodes(value)
    elif isinstance(content, list):
        for value in content:
            yield from _nodes(value)
