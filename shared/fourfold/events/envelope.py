"""The envelope every bus event travels in, and the entry EventBridge is given.

An event's id is derived from what happened, so a publisher that runs twice publishes the same id twice and a consumer
can drop the second.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from fourfold.ids import event_id
from fourfold.persona import Document

SOURCE = "fourfold"


class Metadata(Document):
    """Who and when. `correlation_id` is the run's id, where a run caused the event, else the persona's."""

    event_id: str
    event_version: str
    workspace_id: str
    correlation_id: str
    occurred_at: datetime


class EventData(Document):
    """Base of an event's data. A breaking change of the fields needs a new `event_version`."""

    detail_type: ClassVar[str]
    event_version: ClassVar[str] = "1"


def bus_entry(
    data: EventData, *, workspace_id: str, correlation_id: str, occurred_at: datetime, occurrence: str | None = None
) -> dict[str, Any]:
    """A PutEvents entry without the bus name, which the state machine or the publisher adds.

    `occurrence` tells this event from others of its type under the same `correlation_id`, where there can be several.

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
