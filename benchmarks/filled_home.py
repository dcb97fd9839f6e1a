"""Fills the engine's database with copies of one persona, to measure what must not grow with what is stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from fourfold.ids import new_persona_id, new_run_id

_ITEMS = "SELECT table_id, pk, sk, item, unfinished FROM items WHERE instr(pk || sk || item, CAST(? AS BLOB))"
_ENTRIES = (
    "SELECT table_id, name, hash, range, pk, sk FROM index_entries"
    " WHERE instr(hash || range || pk || sk, CAST(? AS BLOB))"
)


def fill(database: Path, persona_id: str, run_id: str, copies: int) -> int:
    """Adds copies of all items of a persona and its run, with ids of their own; returns how many items it added.

    The server must be stopped.
    """
    with closing(sqlite3.connect(database)) as connection, connection:
        items, entries = (_rows(connection, query, persona_id, run_id) for query in (_ITEMS, _ENTRIES))
        for _ in range(copies):
            names = {persona_id.encode(): new_persona_id().encode(), run_id.encode(): new_run_id().encode()}
            connection.executemany("INSERT OR IGNORE INTO items VALUES (?, ?, ?, ?, ?)", _renamed(items, names))
            connection.executemany(
                "INSERT OR IGNORE INTO index_entries VALUES (?, ?, ?, ?, ?, ?)", _renamed(entries, names)
            )
    return len(items) * copies


def _rows(connection: sqlite3.Connection, query: str, *ids: str) -> list[tuple[object, ...]]:
    return list(dict.fromkeys(row for one in ids for row in connection.execute(query, (one,))))


def _renamed(rows: list[tuple[object, ...]], names: dict[bytes, bytes]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield tuple(_replaced(value, names) if isinstance(value, bytes) else value for value in row)


def _replaced(value: bytes, names: dict[bytes, bytes]) -> bytes:
    for old, new in names.items():
        value = value.replace(old, new)
    return value
