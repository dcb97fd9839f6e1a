"""Lists of a workspace, in a partition for each month of the listed things' ids.

A directory names the months that hold something, so that a quiet workspace reads no empty partition. Its entry is
written by the first thing of a month, and once more by each process that has not seen it: no list costs a write to a
key that everything shares.
"""

from __future__ import annotations

from collections.abc import Iterator

from fourfold.ids import id_created_at
from fourfold.storage.partitions import month_pk, months_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT

PERSONAS, RUNS = "PERSONAS", "RUNS"

_KNOWN_MONTHS = 10_000
_MONTHS_AT_ONCE = 24
_AFTER_ALL = "~"  # sorts behind every month


class Months:
    """The month lists of all workspaces. Thread-safe."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[tuple[str, str, str]] = set()

    def register(self, workspace_id: str, listed: str, identifier: str) -> None:
        """Names the id's month in the directory. Call it before an entry is written: an entry is never unfindable."""
        entry = (workspace_id, listed, month_of(identifier))
        if entry in self._known:
            return
        self._table.put(month_key(workspace_id, listed, identifier), ABSENT)
        if len(self._known) >= _KNOWN_MONTHS:
            self._known.clear()
        self._known.add(entry)

    def entries(self, workspace_id: str, listed: str, before: str | None, page: int) -> Iterator[Item]:
        """The list's entries, newest first.

        Args:
            workspace_id: whose list.
            listed: `PERSONAS` or `RUNS`.
            before: only those with an earlier id.
            page: entries read by one request.
        """
        newest = None if before is None else month_of(before)
        for month in self._months(workspace_id, listed, newest):
            pk = month_pk(workspace_id, listed, month)
            start = key(pk, before) if before is not None and month == newest else None
            yield from self._table.query(pk, start_after=start, newest_first=True, page=page)

    def _months(self, workspace_id: str, listed: str, newest: str | None) -> Iterator[str]:
        pk, prefix = months_pk(workspace_id), f"{listed}#"
        start = None if newest is None else key(pk, f"{prefix}{newest}{_AFTER_ALL}")
        for item in self._table.query(pk, prefix, start_after=start, newest_first=True, page=_MONTHS_AT_ONCE):
            yield item["sk"]["S"].removeprefix(prefix)


def entry_key(workspace_id: str, listed: str, identifier: str) -> Item:
    """The key of a thing's entry in a list."""
    return key(month_pk(workspace_id, listed, month_of(identifier)), identifier)


def month_key(workspace_id: str, listed: str, identifier: str) -> Item:
    """The key of the directory's entry for an id's month, which is the whole entry."""
    return key(months_pk(workspace_id), f"{listed}#{month_of(identifier)}")


def month_of(identifier: str) -> str:
    """The month of an id, such as `2026-11`."""
    return f"{id_created_at(identifier):%Y-%m}"
