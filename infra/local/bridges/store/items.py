"""The items of one DynamoDB table in SQLite, behind the mapping of mappings that MiniStack keeps them in.

`table["items"]` is `{partition key: {sort key: item}}` with the key values as they are on the wire. Every item that is
read is a new object; writing it back is what changes the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, Final

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.key_order import encoded

NO_SORT_KEY: Final = "__no_sort__"
"""MiniStack's sort key of tables that have none."""
# An item whose `status` is one of these is found at a start without reading the table: its work was cut off.
UNFINISHED: Final = frozenset({"running", "pending"})

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """A secondary index: its name and its key attributes; `range` is None for an index without a sort key."""

    name: str
    hash: str
    range: str | None


class StoredItems(MutableMapping[str, "StoredPartition"]):
    """The items of `table` (MiniStack's record of it), stored under `table_id`."""

    def __init__(self, database: Database, table_id: int, table: dict[str, Any]) -> None:
        self.database = database
        self.table_id = table_id
        self.table = table
        row = database.row("SELECT indexes FROM tables WHERE id = ?", (table_id,))
        self._indexed: str = row[0] if row else "[]"

    def __getitem__(self, pk: str) -> StoredPartition:
        return StoredPartition(self, pk)

    def get(self, pk: str, default: object = None) -> StoredPartition:  # noqa: ARG002 - none is ever missing
        return StoredPartition(self, pk)

    def setdefault(self, pk: str, default: object = None) -> StoredPartition:  # noqa: ARG002
        return StoredPartition(self, pk)

    def __setitem__(self, pk: str, items: MutableMapping[str, Item]) -> None:
        self[pk].update(items)

    def __delitem__(self, pk: str) -> None:
        for sk in list(self[pk]):
            del self[pk][sk]

    def __contains__(self, pk: object) -> bool:
        return isinstance(pk, str) and bool(self[pk])

    def __iter__(self) -> Iterator[str]:
        last = b""
        query = "SELECT item FROM items WHERE table_id = ? AND pk > ? ORDER BY pk LIMIT 1"
        while row := self.database.row(query, (self.table_id, last)):
            item = json.loads(row[0])
            yield wire_value(item[self.pk_name])
            last = self.encoded_key(item)[0]

    def __len__(self) -> int:
        query = "SELECT COUNT(DISTINCT pk) FROM items WHERE table_id = ?"
        return int((self.database.row(query, (self.table_id,)) or (0,))[0])

    def __deepcopy__(self, memo: object) -> dict[str, Any]:
        """Nothing: copies of a table's record are made to save it, and the items are saved already."""
        return {}

    @property
    def pk_name(self) -> str:
        """The partition key's attribute."""
        return str(self.table["pk_name"])

    @property
    def sk_name(self) -> str | None:
        """The sort key's attribute, if the table has one."""
        name: str | None = self.table["sk_name"]
        return name

    def kind(self, attribute: str) -> str:
        """The type (S, N or B) of a key attribute."""
        definitions = self.table.get("AttributeDefinitions") or []
        return next((one["AttributeType"] for one in definitions if one["AttributeName"] == attribute), "S")

    def encoded_key(self, item: Item) -> tuple[bytes, bytes]:
        """The stored key of an item."""
        sk_name = self.sk_name
        return self.value(item, self.pk_name), self.value(item, sk_name) if sk_name else b""

    def value(self, item: Item, attribute: str) -> bytes:
        """An item's key attribute as bytes in DynamoDB's order."""
        return encoded(self.kind(attribute), wire_value(item[attribute]))

    def unfinished(self, status: str) -> list[Item]:
        """The items whose attribute `status` has this value, one of UNFINISHED."""
        query = "SELECT item FROM items WHERE table_id = ? AND unfinished = ?"
        return [json.loads(text) for (text,) in self.database.rows(query, (self.table_id, status))]

    def put(self, key: tuple[bytes, bytes], item: Item) -> None:
        """Stores an item in place of the one with its key."""
        text = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
        status = item.get("status", {}).get("S")
        with self.database.unit():
            indexes = self.indexes()
            self._unindex(indexes, key)
            self.database.change(
                "INSERT INTO items VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                " SET item = excluded.item, unfinished = excluded.unfinished",
                (self.table_id, *key, text, status if status in UNFINISHED else None),
            )
            for index in indexes:
                self._index(index, key, item)

    def drop(self, key: tuple[bytes, bytes]) -> None:
        """Removes the item of this key, if there is one."""
        with self.database.unit():
            self._unindex(self.indexes(), key)
            self.database.change("DELETE FROM items WHERE table_id = ? AND pk = ? AND sk = ?", (self.table_id, *key))

    def read(self, key: tuple[bytes, bytes]) -> Item | None:
        """The item of this key."""
        query = "SELECT item FROM items WHERE table_id = ? AND pk = ? AND sk = ?"
        row = self.database.row(query, (self.table_id, *key))
        return None if row is None else json.loads(row[0])

    def indexes(self) -> list[IndexKeys]:
        """The table's secondary indexes with one attribute for each key, all of whose entries are stored."""
        defined = _defined(self.table)
        text = json.dumps([[one.name, one.hash, one.range] for one in defined]) if defined else "[]"
        if text != self._indexed:
            self._reindex(defined, text)
        return defined

    def _reindex(self, defined: list[IndexKeys], text: str) -> None:
        before = self._indexed
        with self.database.unit():
            self.database.on_rollback(lambda: setattr(self, "_indexed", before))
            self._indexed = text
            self.database.change("DELETE FROM index_entries WHERE table_id = ?", (self.table_id,))
            self.database.change("UPDATE tables SET indexes = ? WHERE id = ?", (text, self.table_id))
            query = "SELECT pk, sk, item FROM items WHERE table_id = ?"
            for pk, sk, text_of in self.database.rows(query, (self.table_id,)):
                item = json.loads(text_of)
                for index in defined:
                    self._index(index, (pk, sk), item)

    def _index(self, index: IndexKeys, key: tuple[bytes, bytes], item: Item) -> None:
        entry = self._entry(index, item)
        if entry is not None:
            self.database.change(
                "INSERT INTO index_entries VALUES (?, ?, ?, ?, ?, ?)", (self.table_id, index.name, *entry, *key)
            )

    def _unindex(self, indexes: list[IndexKeys], key: tuple[bytes, bytes]) -> None:
        before = self.read(key) if indexes else None
        for index in indexes:
            entry = self._entry(index, before) if before is not None else None
            if entry is not None:
                self.database.change(
                    "DELETE FROM index_entries WHERE table_id = ? AND name = ? AND hash = ? AND range = ?"
                    " AND pk = ? AND sk = ?",
                    (self.table_id, index.name, *entry, *key),
                )

    def _entry(self, index: IndexKeys, item: Item) -> tuple[bytes, bytes] | None:
        """The index's key of an item; None for an item that is not in the index."""
        if index.hash not in item or (index.range is not None and index.range not in item):
            return None
        return self.value(item, index.hash), self.value(item, index.range) if index.range else b""


class StoredPartition(MutableMapping[str, Item]):
    """The items of one partition key, by sort key."""

    def __init__(self, items: StoredItems, pk: str) -> None:
        self._items = items
        self._pk = pk

    def __getitem__(self, sk: str) -> Item:
        item = self._items.read(self._key(sk))
        if item is None:
            raise KeyError(sk)
        return item

    def __setitem__(self, sk: str, item: Item) -> None:
        self._items.put(self._key(sk), item)

    def __delitem__(self, sk: str) -> None:
        self._items.drop(self._key(sk))

    def __iter__(self) -> Iterator[str]:
        sk_name = self._items.sk_name
        for item in self.values():
            yield wire_value(item[sk_name]) if sk_name else NO_SORT_KEY

    def __len__(self) -> int:
        query = "SELECT COUNT(*) FROM items WHERE table_id = ? AND pk = ?"
        return int((self._items.database.row(query, (self._items.table_id, self._encoded_pk())) or (0,))[0])

    def __bool__(self) -> bool:
        query = "SELECT 1 FROM items WHERE table_id = ? AND pk = ? LIMIT 1"
        return self._items.database.row(query, (self._items.table_id, self._encoded_pk())) is not None

    def values(self) -> list[Item]:  # type: ignore[override]  # MiniStack makes lists of them
        """All items of the partition in the order of their sort keys."""
        query = "SELECT item FROM items WHERE table_id = ? AND pk = ? ORDER BY sk"
        rows = self._items.database.rows(query, (self._items.table_id, self._encoded_pk()))
        return [json.loads(text) for (text,) in rows]

    def _encoded_pk(self) -> bytes:
        return encoded(self._items.kind(self._items.pk_name), self._pk)

    def _key(self, sk: str) -> tuple[bytes, bytes]:
        sk_name = self._items.sk_name
        return self._encoded_pk(), encoded(self._items.kind(sk_name), sk) if sk_name else b""


def wire_value(attribute: dict[str, Any]) -> str:
    """The text of a key attribute: the value of its one type."""
    (value,) = attribute.values()
    return str(value)


def _defined(table: dict[str, Any]) -> list[IndexKeys]:
    """Indexes with several attributes in one key are left out: their queries read the whole table."""
    indexes = (table.get("GlobalSecondaryIndexes") or []) + (table.get("LocalSecondaryIndexes") or [])
    keys = []
    for index in indexes:
        names = [[k["AttributeName"] for k in index["KeySchema"] if k["KeyType"] == kind] for kind in ("HASH", "RANGE")]
        if len(names[0]) == 1 and len(names[1]) <= 1:
            keys.append(IndexKeys(index["IndexName"], names[0][0], names[1][0] if names[1] else None))
    return keys
