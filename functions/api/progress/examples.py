"""OpenAPI examples of the live progress routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from functions.api.openapi.example_values import by_schema
from functions.api.progress.schemas import ProgressAddress, ProgressTicket

_ADDRESS = "wss://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod"


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    ticket = ProgressTicket(
        ticket="ffpt_shown-once",
        url=f"{_ADDRESS}?ticket=ffpt_shown-once",
        expires_at=datetime(2026, 11, 23, 9, 6, tzinfo=UTC),
    )
    return by_schema([ProgressAddress(url=_ADDRESS), ticket])
