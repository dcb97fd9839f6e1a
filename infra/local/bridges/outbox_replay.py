"""Conversion: earlier versions lost a table stream's records when they stopped, and two seconds of any queue in a kill.

At the first start after one, the publisher is invoked with the unpublished entries of the Outbox table, and with those
published in the last minute before the stop, which a consumer's queue may have lost; consumers ignore an event id they
have handled. Entries published earlier are deleted, as the table's time to live does on AWS.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from infra.local.engine import Client

REPUBLISHED = timedelta(minutes=1)
_BATCH = 50

logger = logging.getLogger(__name__)


def republish_outbox(dynamodb: Client, lambdas: Client, table: str, publisher: str) -> list[str]:
    """Invoke the function `publisher` with every entry that the bus may not have; returns their event ids."""
    items = list(_items(dynamodb, table))
    published = [datetime.fromisoformat(item["published_at"]["S"]) for item in items if "published_at" in item]
    recent = max(published) - REPUBLISHED if published else None
    waiting = []
    for item in items:
        key = {"pk": item["pk"]}
        if "published_at" in item:
            if recent is None or datetime.fromisoformat(item["published_at"]["S"]) < recent:
                dynamodb.delete_item(TableName=table, Key=key)
                continue
            dynamodb.update_item(TableName=table, Key=key, UpdateExpression="REMOVE published_at")
        waiting.append(item["pk"]["S"])
    for start in range(0, len(waiting), _BATCH):
        records = [{"dynamodb": {"Keys": {"pk": {"S": pk}}}} for pk in waiting[start : start + _BATCH]]
        lambdas.invoke(FunctionName=publisher, InvocationType="Event", Payload=json.dumps({"Records": records}))
    if waiting:
        logger.info("published %d events of the outbox that the last stop may have lost", len(waiting))
    return waiting


def _items(dynamodb: Client, table: str) -> Iterator[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table, ProjectionExpression="pk, published_at", ConsistentRead=True
    )
    for page in pages:
        yield from page["Items"]
