"""Conversion: a kill of an earlier version lost two seconds of any queue, and with it attempts at webhook deliveries.

The deliveries are stored in a table, so at the first start after one, a message is sent for every pending delivery. A
superfluous message has no effect: the dispatcher makes an attempt only when one is due and no other worker makes it.
"""

from __future__ import annotations

import json
import logging

from infra.local.engine import Client

_BATCH = 10

logger = logging.getLogger(__name__)


def requeue_pending_deliveries(dynamodb: Client, sqs: Client, table: str, queue_url: str) -> int:
    """Send a message for each pending delivery to the queue; returns their number."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#status = :pending",
        ProjectionExpression="sk, endpoint_id, workspace_id",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":pending": {"S": "pending"}},
    )
    messages = [
        {
            "workspace_id": item["workspace_id"]["S"],
            "endpoint_id": item["endpoint_id"]["S"],
            "delivery_id": item["sk"]["S"].removeprefix("DELIVERY#"),
        }
        for page in pages
        for item in page["Items"]
    ]
    for start in range(0, len(messages), _BATCH):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(message)}
            for number, message in enumerate(messages[start : start + _BATCH])
        ]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    if messages:
        logger.info("scheduled %d pending webhook deliveries again", len(messages))
    return len(messages)
