"""docs/events.md names every event."""

from __future__ import annotations

from pathlib import Path

from fourfold.events.catalog import EVENT_TYPES

TEXT = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")


def test_every_event_is_described() -> None:
    assert all(
        f"`{one.detail_type}`" in TEXT or f"`.{one.detail_type.rpartition('.')[2]}`" in TEXT for one in EVENT_TYPES
    )
