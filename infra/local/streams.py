"""Bridge: MiniStack keeps how far each event source mapping has read a DynamoDB stream, but not the records.

After a restart the stream begins again at nothing while its readers still wait for the record after the last one they
saw, so the first records, as many as were ever read, would reach nobody. Here each reader is set to the beginning of
its stream, as if its mapping had been made anew; what CloudFormation knows of the mapping stays true.

Connected clients do not survive a restart either, and tables of MiniStack expire nothing: who was connected is dropped.
"""

from __future__ import annotations

from infra.local.engine import Client

BATCH = 25  # DynamoDB's own bound


def reattach_stream_readers() -> int:
    """Sets every reader of a DynamoDB stream to the beginning of what the stream holds now; returns how many."""
    from ministack.services import dynamodb, lambda_svc

    readers = 0
    for scope, mapping in list(lambda_svc._esms._data.items()):  # noqa: SLF001 - the positions have no call
        source = mapping.get("EventSourceArn", "")
        if ":dynamodb:" in source and "/stream/" in source:
            account, region = (scope[0], scope[1]) if len(scope) == 3 else (scope[0], lambda_svc.REGION)  # noqa: PLR2004
            table = source.split("/stream/")[0].rpartition("/")[2]
            start = dynamodb.stream_start_position(table, account_id=account, region=region)
            with lambda_svc._dynamodb_stream_positions_lock:  # noqa: SLF001
                lambda_svc._dynamodb_stream_positions.set_scoped(account, region, mapping["UUID"], start)  # noqa: SLF001
            readers += 1
    return readers


def drop_connections(dynamodb: Client, table: str) -> int:
    """Deletes everything of the connections of an earlier start; returns how many items that were."""
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, ProjectionExpression="pk, sk")
    keys = [item for page in pages for item in page["Items"]]
    for start in range(0, len(keys), BATCH):
        deletes = [{"DeleteRequest": {"Key": key}} for key in keys[start : start + BATCH]]
        dynamodb.batch_write_item(RequestItems={table: deletes})
    return len(keys)
