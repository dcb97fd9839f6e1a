"""Lambda entry: publishes the entries of the Outbox table on the event bus."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from fourfold.errors import DeliveryError
from fourfold.progress.measurements import Measurement
from fourfold.storage.client import dynamodb
from fourfold.storage.outbox import DynamoOutbox
from functions.event_bus import publish
from functions.metrics import record

logger = Logger()


class NotPublishedError(DeliveryError):
    """Some entries were not published. The stream redelivers the batch, and published entries are skipped."""


def handler(event: dict[str, Any], _context: object) -> None:
    """Handles INSERT records of the table's stream, or records of the same shape (`dynamodb.Keys`).

    Raises:
        NotPublishedError: some entries were not published.
    """
    outbox = DynamoOutbox(dynamodb(), os.environ["FOURFOLD_OUTBOX_TABLE"])
    waiting = outbox.waiting([inserted["dynamodb"]["Keys"]["pk"]["S"] for inserted in event["Records"]])
    refused = [entry["Detail"]["metadata"]["event_id"] for entry in publish(list(waiting.values()))]
    published = {event_id: entry for event_id, entry in waiting.items() if event_id not in refused}
    outbox.mark_published(published)
    record(Measurement("Events", 1, "Count", {"type": entry["DetailType"]}) for entry in published.values())
    logger.info("published", extra={"count": len(published), "refused": refused})
    if refused:
        raise NotPublishedError(f"not published: {', '.join(refused)}")
