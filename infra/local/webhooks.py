"""Bridge: a kill loses up to two seconds of any queue, and with it orders of webhook deliveries to come.

The deliveries themselves are in a table, so at a start every pending one is ordered again. An order too many does no
harm: the dispatcher makes an attempt only when one is due and nobody makes it.
"""

from __future__ import annotations

import json
import logging

from infra.local.engine import Client

_AT_ONCE = 10

logger = logging.getLogger(__name__)


def order_pending_deliveries(dynamodb: Client, sqs: Client, table: str, queue_url: str) -> int:
    """Put an order for each pending delivery into the queue; returns how many."""
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="#status = :pending",
        ProjectionExpression="sk, endpoint_id, workspace_id",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":pending": {"S": "pending"}},
    )
    orders = [
        {
            "workspace_id": item["workspace_id"]["S"],
            "endpoint_id": item["endpoint_id"]["S"],
            "delivery_id": item["sk"]["S"].removeprefix("DELIVERY#"),
        }
        for page in pages
        for item in page["Items"]
    ]
    for start in range(0, len(orders), _AT_ONCE):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(order)}
            for number, order in enumerate(orders[start : start + _AT_ONCE])
        ]
        sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    if orders:
        logger.info("ordered %d pending webhook deliveries again", len(orders))
    return len(orders)
