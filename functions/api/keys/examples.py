"""OpenAPI examples of the API key routes."""

from __future__ import annotations

from typing import Any

from functions.api.keys.schemas import EXAMPLE, ApiKeyDocument, ApiKeyList
from functions.api.openapi.example_values import by_schema


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    key = ApiKeyDocument.model_validate(EXAMPLE)
    return by_schema([ApiKeyList(data=(key,), has_more=False, next_cursor=None)])
