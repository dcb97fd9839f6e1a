"""The JSON Schema of a map whose names all have one pattern."""

from __future__ import annotations

from typing import Any


def no_other_names(schema: dict[str, Any]) -> None:
    """Turns `patternProperties`, which allow all other names too, into a map whose names all have the pattern."""
    [(pattern, value)] = schema.pop("patternProperties").items()
    schema |= {"propertyNames": {"pattern": pattern}, "additionalProperties": value}
