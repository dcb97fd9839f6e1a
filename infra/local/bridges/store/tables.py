"""Bridge: MiniStack keeps every item of every table in memory, evaluates a Query's key condition for every item of its
partition, and saves all of it as one JSON document. Here the items are in SQLite; everything else stays MiniStack's.

It replaces the mapping of items (`items.StoredItems`), hands Query and Scan one page of items (`pages`), and makes each
request a unit of work that is committed before it is answered. Table definitions are saved as before.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from ministack.core.responses import AccountRegionScopedDict

from fourfold.aws import INSUFFICIENT_STORAGE
from infra.local.bridges.ministack_types import Handle, Json, Module, Reply, Scoped
from infra.local.bridges.store.database import Database, NotStoredError
from infra.local.bridges.store.items import StoredItems
from infra.local.bridges.store.pages import NotUnderstoodError, Page, query_page, scan_page, whole_table

_REFUSED: Final = 507
_DROP_TABLE: Final = (
    "DELETE FROM items WHERE table_id = ?",
    "DELETE FROM index_entries WHERE table_id = ?",
    "DELETE FROM tables WHERE id = ?",
)


class StoredTables(AccountRegionScopedDict):  # type: ignore[misc]  # MiniStack has no types
    """MiniStack's tables by account, region and name; the items of each are moved to the database as it is added."""

    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    def __setitem__(self, name: str, table: Json) -> None:
        account, region, _ = self._scoped(name)
        self.set_scoped(account, region, name, table)

    def set_scoped(self, account_id: str, region: str, key: str, value: Json) -> None:
        """Items that come with the record are stored if the table is new; those of a known table are stored already."""
        given: Mapping[str, Mapping[str, Json]] = value.get("items") or {}
        place = (account_id, region, key)
        with self._database.unit():
            table_id, new = self._id(place), False
            if table_id is None:
                statement = "INSERT INTO tables (account, region, name) VALUES (?, ?, ?)"
                table_id, new = self._database.change(statement, place), True
            value["items"] = StoredItems(self._database, table_id, value)
            for pk, items in given.items() if new else ():
                value["items"][pk] = items
        super().set_scoped(account_id, region, key, value)

    def pop(self, key: str, *default: Any) -> Any:  # noqa: ANN401 - as the inherited one
        account, region, _ = self._scoped(key)
        return self.pop_scoped(account, region, key, *default)

    def pop_scoped(self, account_id: str, region: str, key: str, *default: Any) -> Any:  # noqa: ANN401 - as inherited
        place = (account_id, region, key)
        if self.contains_scoped(*place):
            with self._database.unit():
                for statement in _DROP_TABLE:
                    self._database.change(statement, (self._id(place),))
        return super().pop_scoped(account_id, region, key, *default)

    def __delitem__(self, key: str) -> None:
        self.pop(key)

    def update(self, other: Scoped) -> None:
        loaded = AccountRegionScopedDict()
        loaded.update(other)
        for (account, region, name), table in loaded.all_items():
            self.set_scoped(account, region, name, table)

    def _id(self, place: tuple[str, str, str]) -> int | None:
        row = self._database.row("SELECT id FROM tables WHERE account = ? AND region = ? AND name = ?", place)
        return None if row is None else int(row[0])


def install_stored_tables(database: Database, dynamodb: Module) -> None:
    """Put the database under the tables of MiniStack's module `dynamodb`, which must have none yet."""
    dynamodb._tables = StoredTables(database)  # no setting chooses a store
    dynamodb._query = partial(_paged, dynamodb, dynamodb._query, query_page)
    dynamodb._scan = partial(_paged, dynamodb, dynamodb._scan, scan_page)
    dynamodb._apply_exclusive_start_key_scan = partial(
        _start_scan,
        dynamodb._apply_exclusive_start_key_scan,
    )
    dynamodb.handle_request = partial(_committed, database, dynamodb.handle_request)


def _paged(
    dynamodb: Module,
    evaluate: Callable[[Json], Reply],
    page_of: Callable[[StoredItems, Json], Page],
    request: Json,
) -> Reply:
    """MiniStack's own evaluation, over one page of the table's items."""
    table = _table(dynamodb, request)
    if table is None:
        return evaluate(request)
    stored: StoredItems = table["items"]
    try:
        page = page_of(stored, request)
    except NotUnderstoodError:
        page = whole_table(stored)
        table["whole"] = True
    table["items"] = page
    try:
        return evaluate(request)
    finally:
        table["items"] = stored
        for made in ("whole", dynamodb._INDEX_MEMBERS):  # made from the page
            table.pop(made, None)


def _table(dynamodb: Module, request: Json) -> Json | None:
    name = request.get("TableName")
    if not isinstance(name, str):
        return None
    table: Json | None = dynamodb._tables.get(dynamodb._normalize_table_name(name))
    return table


def _start_scan(original: Handle, items: list[Json], start: Json, table: Json) -> list[Json]:
    """A page of a scan begins after the start key already."""
    after: list[Json] = original(items, start, table) if table.get("whole") else items
    return after


async def _committed(database: Database, handle: Handle, *request: object) -> Reply:
    """One request, all of it stored or nothing; MiniStack's handler waits for nothing inside."""
    try:
        with database.unit():
            reply: Reply = await handle(*request)
            return reply
    except (NotStoredError, sqlite3.Error) as error:
        return insufficient_storage(str(error))


def insufficient_storage(reason: str) -> Reply:
    """What a request is answered whose changes could not be stored: 507, which the AWS SDKs do not retry."""
    body = json.dumps({"__type": INSUFFICIENT_STORAGE, "message": f"Not stored: {reason}"}).encode()
    return _REFUSED, {"Content-Type": "application/x-amz-json-1.0"}, body
