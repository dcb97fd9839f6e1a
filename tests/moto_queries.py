"""Queries of moto's DynamoDB, at a cost that does not grow with the tables.

moto sorts and compares all items of a table to find those of one partition, though it stores them by partition.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

# Its place among the arguments of moto's `Table.query`, after the partition's key.
_INDEX_NAME = 6


def use_cheap_queries(patch: pytest.MonkeyPatch) -> None:
    """Until the patch ends, a query without an index looks at the items of its partition alone."""
    query, all_items, asked = Table.query, Table.all_items, threading.local()

    def of_partition(table: Table, hash_key: DynamoType | None, *further: Any, **named: Any) -> Any:
        index = named.get("index_name") or (further[_INDEX_NAME] if len(further) > _INDEX_NAME else None)
        asked.partition = hash_key if index is None and table.range_key_attr else None
        try:
            return query(table, hash_key, *further, **named)
        finally:
            asked.partition = None

    def items(table: Table) -> list[Item]:
        partition = getattr(asked, "partition", None)
        return all_items(table) if partition is None else list(table.items.get(partition, {}).values())

    patch.setattr(Table, "query", of_partition)
    patch.setattr(Table, "all_items", items)
