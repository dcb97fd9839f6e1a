"""Fills the database of a stopped local server with copies of a persona: 100,000 of them in a minute.

Rows are those that the engine itself writes (`infra.local.bridges.store.items`), without its requests.
"""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from ulid import ULID

from benchmarks.scale_store import Filled, Original, copies
from fourfold.storage.table import Item
from fourfold.storage.webhooks.items import RETENTION, delivery_item
from fourfold.webhooks.delivery import Delivery, DeliveryStatus
from infra.local.bridges.store.items import UNFINISHED, wire_value
from infra.local.bridges.store.key_order import encoded

TABLES = ("personas", "run_events", "webhooks")
_DAYS = 60
_INSERT = "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)"
# Personas in one transaction: a larger one makes SQLite's log larger than the database.
_BATCH = 500

Row = tuple[int, bytes, bytes, bytes, str | None]


def fill_database(  # noqa: PLR0913 - what a store is filled with
    database: Path, tables: Mapping[str, str], original: Original, count: int, *, complete: int, delivery: Delivery
) -> Filled:
    """Adds `count` copies made over 60 days, and a copy of `delivery` for each of the last 30 days.

    The server must be stopped. `tables` gives the names of the tables by TABLES; for `complete` see `copies`.
    """
    filled = Filled()
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        for pragma in ("journal_mode = WAL", "synchronous = OFF", "cache_size = -262144"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        ids = dict(connection.execute("SELECT name, id FROM tables"))
        personas, events, webhooks = (ids[tables[name]] for name in TABLES)
        waiting = copies(original, count, complete=complete, days=_DAYS, filled=filled)
        while batch := list(islice(waiting, _BATCH)):
            rows = [row for items, log in batch for row in (*_rows(personas, items), *_rows(events, log))]
            _insert(connection, rows)
        deliveries = list(_rows(webhooks, _deliveries(delivery, count)))
        filled.items += len(deliveries)
        _insert(connection, deliveries)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return filled


def _insert(connection: sqlite3.Connection, rows: Iterable[Row]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_INSERT, rows)
    connection.execute("COMMIT")


def _deliveries(original: Delivery, count: int) -> Iterator[Item]:
    """Ended deliveries of `count` personas; those older than RETENTION have expired."""
    now, step = datetime.now(UTC), timedelta(days=_DAYS) / max(1, count)
    for number in range(int(RETENTION / step)):
        at = now - number * step
        made = {"id": f"dlv_{str(ULID.from_datetime(at)).lower()}", "created_at": at, "due_at": at}
        yield delivery_item(original.model_copy(update={**made, "status": DeliveryStatus.DELIVERED}))


def _rows(table_id: int, items: Iterable[Item]) -> Iterator[Row]:
    for item in items:
        wire = {name: _on_the_wire(value) for name, value in item.items()}
        status = wire.get("status", {}).get("S")
        yield (
            table_id,
            _key(wire["pk"]),
            _key(wire["sk"]),
            json.dumps(wire, ensure_ascii=False, separators=(",", ":")).encode(),
            status if status in UNFINISHED else None,
        )


def _key(attribute: dict[str, Any]) -> bytes:
    [kind] = attribute
    return encoded(kind, wire_value(attribute))


def _on_the_wire(value: Mapping[str, Any]) -> dict[str, Any]:
    """The attribute in JSON: bytes are base64."""
    [(kind, content)] = value.items()
    return {kind: base64.b64encode(content).decode() if kind == "B" else content}
