"""The clock of all functions."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Returns the current time in UTC."""
    return datetime.now(UTC)
