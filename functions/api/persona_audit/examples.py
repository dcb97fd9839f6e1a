"""OpenAPI examples of the audit route: its models have their own."""

from __future__ import annotations

from typing import Any


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return {}
