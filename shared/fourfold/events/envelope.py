"""The envelope of bus events, and their PutEvents entries.

An event's id is derived from its occurrence, so a publisher that is retried publishes the same id, and consumers can
drop duplicates.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from fourfold.ids import event_id
from fourfold.persona import Document

SOURCE = "fourfold"


class Metadata(Document):
    """The metadata of an event. `correlation_id` is the id of the run that caused it, or else of the persona."""

    event_id: str
    event_version: str
    workspace_id: str
    correlation_id: str
    occurred_at: datetime


class EventData(Document):
    """Base of the data of an event. A breaking change of its fields needs a new `event_version`."""

    detail_type: ClassVar[str]
    event_version: ClassVar[str] = "1"


def bus_entry(
    data: EventData, *, workspace_id: str, correlation_id: str, occurred_at: datetime, occurrence: str | None = None
) -> dict[str, Any]:
    """Returns a PutEvents entry without the bus name, which the state machine or the publisher adds.

    `occurrence` distinguishes events of one type with the same `correlation_id`, if there can be several.

    Returns:
        `{"Source", "DetailType", "Detail": {"metadata": {...}, "data": {...}}}`; `Detail` is an object, not text.
    """
    metadata = Metadata(
        event_id=event_id(correlation_id, data.detail_type, *([] if occurrence is None else [occurrence])),
        event_version=data.event_version,
        workspace_id=workspace_id,
        correlation_id=correlation_id,
        occurred_at=occurred_at,
    )
    return {
        "Source": SOURCE,
        "DetailType": data.detail_type,
        "Detail": {"metadata": metadata.model_dump(mode="json"), "data": data.model_dump(mode="json")},
    }
