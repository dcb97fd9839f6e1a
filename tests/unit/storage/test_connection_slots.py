"""Connections of a workspace: never more than its limit, whatever vanished; each costs one write of its slot."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

from fourfold.progress.subscriptions import Connection
from fourfold.storage.progress.connections import DynamoConnections

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

START = 1_800_000_000.0
LONGEST = timedelta(hours=2, minutes=10).total_seconds()


def connect(table: DynamoConnections, number: int, limit: int, workspace: str = "ws_one") -> bool:
    return table.connect(Connection(f"connection-{number}", workspace, "hash"), limit)


def stored(dynamodb: DynamoDBClient) -> list[tuple[str, str]]:
    items = dynamodb.scan(TableName="connections")["Items"]
    return sorted((item["pk"]["S"], item["sk"]["S"]) for item in items)


def test_a_workspace_has_no_more_connections_than_its_limit(dynamodb: DynamoDBClient) -> None:
    table = DynamoConnections(dynamodb, "connections", lambda: START)
    assert [connect(table, number, 3) for number in range(5)] == [True, True, True, False, False]
    assert connect(table, 9, 3, "ws_two"), "others are not counted"
    assert table.find("connection-4") is None
    table.forget("connection-1")
    table.forget("connection-1")
    assert [connect(table, number, 3) for number in (5, 6)] == [True, False]


def test_whatever_the_order_a_connection_leaves_nothing(dynamodb: DynamoDBClient) -> None:
    table = DynamoConnections(dynamodb, "connections", lambda: START)
    for number in range(3):
        connect(table, number, 3)
    for number in (2, 0, 1):
        table.forget(f"connection-{number}")
    assert stored(dynamodb) == []


def test_many_at_once_get_no_more_than_there_are(dynamodb: DynamoDBClient) -> None:
    table = DynamoConnections(dynamodb, "connections", lambda: START)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda number: connect(table, number, 5), range(24)))
    assert sum(taken) == 5
    assert len(stored(dynamodb)) == 10


def test_a_connection_that_vanished_counts_no_longer_than_it_may_live(dynamodb: DynamoDBClient) -> None:
    now = [START]
    table = DynamoConnections(dynamodb, "connections", lambda: now[0])
    assert connect(table, 1, 1)
    now[0] += LONGEST
    assert not connect(table, 2, 1)
    now[0] += 1
    assert connect(table, 3, 1)
    table.forget("connection-1")  # its end is reported after all
    assert not connect(table, 4, 1), "the slot is no longer that of the first connection"
    expiries = {int(item["expires_at"]["N"]) for item in dynamodb.scan(TableName="connections")["Items"]}
    assert all(expiry > now[0] for expiry in expiries), "DynamoDB deletes them later"
