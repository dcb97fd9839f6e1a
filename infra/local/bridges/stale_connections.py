"""Bridge: connected clients do not survive a restart, and MiniStack's tables expire nothing: who was is dropped."""

from __future__ import annotations

from infra.local.engine import Client

BATCH = 25  # DynamoDB's own bound


def drop_connections(dynamodb: Client, table: str) -> int:
    """Deletes everything of the connections of an earlier start; returns how many items that were."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk")
    keys = [item for page in pages for item in page["Items"]]
    for start in range(0, len(keys), BATCH):
        deletes = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + BATCH]]
        dynamodb.batch_write_item(RequestItems={table: deletes})
    return len(keys)
