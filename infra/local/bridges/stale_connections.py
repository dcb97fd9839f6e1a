"""Bridge: MiniStack's WebSocket connections end with it, but their items stay, since its tables expire none.

They are deleted at a start.
"""

from __future__ import annotations

from infra.local.engine import Client

BATCH = 25  # the maximum of BatchWriteItem


def drop_connections(dynamodb: Client, table: str) -> int:
    """Delete all items of the connections table; returns their number."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk")
    keys = [item for page in pages for item in page["Items"]]
    for start in range(0, len(keys), BATCH):
        deletes = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + BATCH]]
        dynamodb.batch_write_item(RequestItems={table: deletes})
    return len(keys)
