"""Events waiting for the bus: stored in the transaction of the change they tell of, published from there.

Outbox   pk the event id; `entry` is the PutEvents entry as JSON text; expires after a day.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

RETENTION = timedelta(hours=24)


def outbox_put(table: str, entry: dict[str, Any]) -> PutTypeDef:
    """A transaction's part that hands `entry` (of `fourfold.events.envelope.bus_entry`) to the publisher.

    The same occurrence has the same event id, so storing it twice stores it once.
    """
    metadata = entry["Detail"]["metadata"]
    expires = datetime.now(UTC) + RETENTION
    return {
        "TableName": table,
        "Item": {
            "pk": {"S": metadata["event_id"]},
            "entry": {"S": json.dumps(entry, ensure_ascii=False, separators=(",", ":"))},
            "expires_at": {"N": str(int(expires.timestamp()))},
        },
    }
