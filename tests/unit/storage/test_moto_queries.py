"""moto's queries, as the tests change them: the same items and pages, of whichever partition."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tables import Tables, tables_in_moto

PLACES = list(itertools.product("ab", ["10", "11", "2", "20"]))


@pytest.fixture
def tables() -> Iterator[Tables]:
    with tables_in_moto({"personas": "S", "idempotency": None}) as made:
        for partition, sort in reversed(PLACES):
            made.client.put_item(TableName="personas", Item={"pk": {"S": partition}, "sk": {"S": sort}})
        for partition in "ab":
            made.client.put_item(TableName="idempotency", Item={"id": {"S": partition}})
        yield made


def found(tables: Tables, partition: str, further: str = "", **query: Any) -> list[list[str]]:
    """The sort keys of each page."""
    values = {":pk": {"S": partition}, **query.pop("values", {})}
    pages = tables.client.get_paginator("query").paginate(
        TableName="personas",
        KeyConditionExpression=f"pk = :pk{further}",
        ExpressionAttributeValues=values,
        **query,
    )
    return [[item["sk"]["S"] for item in page["Items"]] for page in pages]


@pytest.mark.parametrize("partition", "ab")
def test_a_query_finds_the_items_of_its_partition_in_their_order(tables: Tables, partition: str) -> None:
    assert found(tables, partition) == [["10", "11", "2", "20"]]
    assert found(tables, partition, ScanIndexForward=False) == [["20", "2", "11", "10"]]
    assert found(tables, partition, Limit=3) == [["10", "11", "2"], ["20"]]
    assert found(tables, partition, " AND begins_with(sk, :one)", values={":one": {"S": "1"}}) == [["10", "11"]]


def test_a_partition_without_items_has_none_and_is_not_made(tables: Tables) -> None:
    assert found(tables, "c") == [[]]
    assert len(tables.items("personas")) == len(PLACES)


def test_a_table_without_sort_keys_is_queried_too(tables: Tables) -> None:
    values: Any = {":id": {"S": "b"}}
    reply = tables.client.query(
        TableName="idempotency", KeyConditionExpression="id = :id", ExpressionAttributeValues=values
    )
    assert reply["Items"] == [{"id": {"S": "b"}}]
