"""Transactions in moto's DynamoDB, at a cost that does not grow with the tables.

moto copies every table of a transaction, whole and once for each of its items, to roll it back if it is cancelled. Here
only the items that the transaction names are copied.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from moto.dynamodb import models
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table


def use_cheap_transactions(patch: pytest.MonkeyPatch) -> None:
    """Until the patch ends, moto rolls back the items of a transaction instead of its tables."""
    answer = DynamoDBBackend.transact_write_items

    def transact(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        before = [(*place, copy.deepcopy(place[0].get_item(*place[1:]))) for place in _places(backend, transact_items)]
        try:
            answer(backend, transact_items)
        except Exception:  # whatever the reason, nothing of it happened
            for table, hash_key, range_key, item in before:
                _put(table, hash_key, range_key, item)
            raise

    def copied(thing: Any) -> Any:
        return thing if isinstance(thing, Table) else copy.deepcopy(thing)

    patch.setattr(models, "copy", SimpleNamespace(deepcopy=copied))
    patch.setattr(DynamoDBBackend, "transact_write_items", transact)


def _places(
    backend: DynamoDBBackend, transact_items: list[dict[str, Any]]
) -> Iterator[tuple[Table, DynamoType, DynamoType | None]]:
    """Table and key of each item that the transaction names, of tables that exist."""
    for entry in transact_items:
        for operation in entry.values():
            table = backend.tables.get(operation.get("TableName"))
            key = operation.get("Item") or operation.get("Key") or {}
            if table is not None and set(table.table_key_attrs) <= key.keys():
                sort = table.range_key_attr
                yield table, DynamoType(key[table.hash_key_attr]), DynamoType(key[sort]) if sort else None


def _put(table: Table, hash_key: DynamoType, range_key: DynamoType | None, item: Item | None) -> None:
    """The table holds this item at the key, or none."""
    if item is None:
        table.delete_item(hash_key, range_key)
    elif range_key is None:
        table.items[hash_key] = item  # type: ignore[assignment]  # moto's type is that of a table with sort keys
    else:
        table.items[hash_key][range_key] = item
