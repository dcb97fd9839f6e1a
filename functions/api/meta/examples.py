"""OpenAPI examples of the service routes."""

from __future__ import annotations

from typing import Any

from functions.api.meta.schemas import VERSION, Health
from functions.api.openapi.example_values import by_schema


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema([Health(version=VERSION)])
