"""Deleting many items, twenty-five at a time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_BATCH = 25
_PAUSE_S = 0.05
_LONGEST_PAUSE_S = 1.0


def delete_all(client: DynamoDBClient, table: str, keys: Iterable[dict[str, Any]]) -> None:
    """Deletes the items with these keys; what is not there is no error. What DynamoDB puts off is sent again."""
    waiting = iter(keys)
    while batch := list(islice(waiting, _BATCH)):
        left: list[Any] = [{"DeleteRequest": {"Key": key}} for key in batch]
        pause = _PAUSE_S
        while left:
            reply = client.batch_write_item(RequestItems={table: left})
            left = reply.get("UnprocessedItems", {}).get(table, [])
            if left:
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
