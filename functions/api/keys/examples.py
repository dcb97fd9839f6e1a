"""Examples of the routes of API keys."""

from __future__ import annotations

from typing import Any

from functions.api.keys.schemas import EXAMPLE, ApiKeyDocument, ApiKeyList
from functions.api.openapi.example_values import by_schema


def examples() -> dict[str, Any]:
    """An example for each schema, by its name; a key shows its own."""
    key = ApiKeyDocument.model_validate(EXAMPLE)
    return by_schema([ApiKeyList(data=(key,), has_more=False, next_cursor=None)])
