"""Events waiting for the bus: stored in the transaction of the change they describe, published from there.

Outbox   pk the event id; `entry` is the PutEvents entry as JSON text; `published_at` (ISO 8601) once the bus took it.
         A waiting entry is kept for two weeks, a published one for an hour.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from fourfold.storage.table import Table
from fourfold.storage.transactions import Write, put
from fourfold.trace import current_trace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(days=14)
KEPT_PUBLISHED = timedelta(hours=1)

BusEntry = dict[str, Any]
"""A PutEvents entry, of `fourfold.events.envelope.bus_entry`."""


def outbox_puts(table: str, entries: Sequence[BusEntry]) -> list[Write]:
    """A transaction's writes that hand `entries` to the publisher.

    The same occurrence has the same event id, so storing it twice stores it once.
    """
    return [put(table, entry_item(entry)) for entry in entries]


def entry_item(entry: BusEntry) -> dict[str, Any]:
    """A waiting entry as it is stored, with the trace that it belongs to."""
    header = current_trace()
    traced = entry if header is None else {**entry, "TraceHeader": header}
    return _item(traced, datetime.now(UTC) + RETENTION)


class DynamoOutbox:
    """The publisher's side of the table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)

    def waiting(self, event_ids: Sequence[str]) -> dict[str, BusEntry]:
        """Event id -> entry, of those of `event_ids` that are stored and not published; strongly consistent."""
        ids = list(dict.fromkeys(event_ids))
        items = self._table.get_many({"pk": {"S": event_id}} for event_id in ids)
        found = {item["pk"]["S"]: json.loads(item["entry"]["S"]) for item in items if "published_at" not in item}
        return {event_id: found[event_id] for event_id in ids if event_id in found}

    def mark_published(self, entries: Mapping[str, BusEntry]) -> None:
        """Notes that the bus took these entries (by event id)."""
        now = datetime.now(UTC)
        self._table.put_many(
            {**_item(entry, now + KEPT_PUBLISHED), "published_at": {"S": now.isoformat()}} for entry in entries.values()
        )


def _item(entry: BusEntry, expires: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": entry["Detail"]["metadata"]["event_id"]},
        "entry": {"S": json.dumps(entry, ensure_ascii=False, separators=(",", ":"))},
        "expires_at": {"N": str(int(expires.timestamp()))},
    }
