"""The API as all contract tests see it: what it says of itself and its operations, made once a process."""

from __future__ import annotations

from functools import cache
from typing import Any

from functions.api.app import create_app
from functions.api.openapi.operations import Operation, operations


@cache
def description() -> dict[str, Any]:
    """What every app says of itself; making it takes a second. Not to be changed."""
    return create_app().openapi()


@cache
def all_operations() -> tuple[Operation, ...]:
    """Every operation of the app."""
    return tuple(operations(create_app()))
