"""Events waiting for the bus: stored in the transaction of the change they tell of, published from there.

Outbox   pk the event id; `entry` is the PutEvents entry as JSON text; `published_at` (ISO 8601) once the bus took it.
         An entry that waits is kept for two weeks, one that is published for an hour.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

RETENTION = timedelta(days=14)
KEPT_PUBLISHED = timedelta(hours=1)

_READ_AT_ONCE, _WRITTEN_AT_ONCE = 100, 25
_PAUSE_S = 0.05


def outbox_put(table: str, entry: dict[str, Any]) -> PutTypeDef:
    """A transaction's part that hands `entry` (of `fourfold.events.envelope.bus_entry`) to the publisher.

    The same occurrence has the same event id, so storing it twice stores it once.
    """
    return {"TableName": table, "Item": _item(entry, datetime.now(UTC) + RETENTION)}


class DynamoOutbox:
    """The publisher's side of the table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def waiting(self, event_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Event id -> entry, of those of `event_ids` that are stored and not published; strongly consistent."""
        found: dict[str, dict[str, Any]] = {}
        ids = list(dict.fromkeys(event_ids))
        for start in range(0, len(ids), _READ_AT_ONCE):
            keys: list[Any] = [{"pk": {"S": event_id}} for event_id in ids[start : start + _READ_AT_ONCE]]
            while keys:
                reply = self._client.batch_get_item(RequestItems={self._table: {"Keys": keys, "ConsistentRead": True}})
                for item in reply["Responses"][self._table]:
                    if "published_at" not in item:
                        found[item["pk"]["S"]] = json.loads(item["entry"]["S"])
                keys = _left(reply["UnprocessedKeys"][self._table]["Keys"] if reply["UnprocessedKeys"] else ())
        return {event_id: found[event_id] for event_id in ids if event_id in found}

    def mark_published(self, entries: Mapping[str, dict[str, Any]]) -> None:
        """Notes that the bus took these entries (by event id)."""
        now = datetime.now(UTC)
        items = [
            {**_item(entry, now + KEPT_PUBLISHED), "published_at": {"S": now.isoformat()}} for entry in entries.values()
        ]
        for start in range(0, len(items), _WRITTEN_AT_ONCE):
            puts: list[Any] = [{"PutRequest": {"Item": item}} for item in items[start : start + _WRITTEN_AT_ONCE]]
            while puts:
                reply = self._client.batch_write_item(RequestItems={self._table: puts})
                puts = _left(reply["UnprocessedItems"].get(self._table, ()))


def _item(entry: dict[str, Any], expires: datetime) -> dict[str, Any]:
    return {
        "pk": {"S": entry["Detail"]["metadata"]["event_id"]},
        "entry": {"S": json.dumps(entry, ensure_ascii=False, separators=(",", ":"))},
        "expires_at": {"N": str(int(expires.timestamp()))},
    }


def _left(unprocessed: Sequence[Any]) -> list[Any]:
    """What DynamoDB put off, after a pause."""
    if unprocessed:
        time.sleep(_PAUSE_S)
    return list(unprocessed)
