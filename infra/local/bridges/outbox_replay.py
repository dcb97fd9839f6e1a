"""Bridge: a table's stream loses its records when the engine stops, and a kill loses up to two seconds of any queue.

So at a start the publisher is given what waits in the Outbox table, and once more what it published in the last minute
before the stop: a consumer's queue may have lost it, and consumers drop an event id they have seen. What was published
earlier is dropped here, as AWS does by the table's time to live.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.engine import Client

AGAIN = timedelta(minutes=1)
_AT_ONCE = 50

logger = logging.getLogger(__name__)


def announce_leftovers(dynamodb: Client, lambdas: Client, table: str, publisher: str) -> list[str]:
    """Have the function `publisher` publish what the last stop may have kept from the bus; returns the event ids."""
    items = list(_items(dynamodb, table))
    published = [datetime.fromisoformat(item["published_at"]["S"]) for item in items if "published_at" in item]
    recent = max(published) - AGAIN if published else None
    waiting = []
    for item in items:
        key = {"pk": item["pk"]}
        if "published_at" in item:
            if recent is None or datetime.fromisoformat(item["published_at"]["S"]) < recent:
                dynamodb.delete_item(TableName=table, Key=key)
                continue
            dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE published_at")
        waiting.append(item["pk"]["S"])
    for start in range(0, len(waiting), _AT_ONCE):
        records = [{"dynamodb": {"Keys": {"pk": {"S": pk}}}} for pk in waiting[start : start + _AT_ONCE]]
        lambdas.invoke(FunctionName=publisher, InvocationType="Event", Payload=json.dumps({"Records": records}))
    if waiting:
        logger.info("announced %d events again that the last stop may have kept from the bus", len(waiting))
    return waiting


def _items(dynamodb: Client, table: str) -> Iterator[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression="pk, published_at", ConsistentRead=True
    )
    for page in pages:
        yield from page["Items"]
