"""Examples of the routes of the service itself."""

from __future__ import annotations

from typing import Any

from functions.api.meta.schemas import VERSION, Health
from functions.api.openapi.example_values import by_schema


def examples() -> dict[str, Any]:
    """An example for each schema, by its name."""
    return by_schema([Health(version=VERSION)])
