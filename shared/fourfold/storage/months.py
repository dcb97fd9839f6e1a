"""Lists of a workspace, in a partition for each month of the listed things' ids.

A directory names the months that hold something, so that a quiet workspace reads no empty partition. Its entry is
written by the first thing of a month, and once an hour by each process that lists something: no list costs a write to
a key that everything shares.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from heapq import merge

from fourfold.ids import id_created_at
from fourfold.storage.partitions import month_pk, months_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT

PERSONAS, RUNS, EVALUATIONS = "PERSONAS", "RUNS", "EVALUATIONS"
# An evaluation makes thousands of personas: they have lists of their own, so that no other list is read past them.
EVALUATED_PERSONAS, EVALUATED_RUNS = "EVALUATED_PERSONAS", "EVALUATED_RUNS"
ALL_PERSONAS = (PERSONAS, EVALUATED_PERSONAS)
ALL_RUNS = (RUNS, EVALUATED_RUNS)

_KNOWN_MONTHS = 10_000
_KNOWN_FOR_S = 3600.0
_MONTHS_AT_ONCE = 24
_AFTER_ALL = "~"  # sorts behind every month


class Months:
    """The month lists of all workspaces. Thread-safe."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[tuple[str, str, str], float] = {}

    def register(self, workspace_id: str, listed: str, identifier: str) -> None:
        """Names the id's month in the directory. Call it before an entry is written: an entry is never unfindable."""
        entry, now = (workspace_id, listed, month_of(identifier)), time.monotonic()
        # Not for good: the directory goes with its workspace, whose id may be given again.
        if now - self._known.get(entry, -_KNOWN_FOR_S) < _KNOWN_FOR_S:
            return
        self._table.put(month_key(workspace_id, listed, identifier), ABSENT)
        if len(self._known) >= _KNOWN_MONTHS:
            self._known.clear()
        self._known[entry] = now

    def entries(
        self, workspace_id: str, listed: str, after: str | None, page: int, *, newest_first: bool = True
    ) -> Iterator[Item]:
        """The list's entries in the order of their ids.

        Args:
            workspace_id: whose list.
            listed: the list, such as `PERSONAS`.
            after: only those that follow this id in the order; it may be absent.
            page: entries read by one request.
            newest_first: descending order.
        """
        first = None if after is None else month_of(after)
        for month in self._months(workspace_id, listed, first, newest_first=newest_first):
            pk = month_pk(workspace_id, listed, month)
            start = key(pk, after) if after is not None and month == first else None
            yield from self._table.query(pk, start_after=start, newest_first=newest_first, page=page)

    def entries_of_all(
        self, workspace_id: str, lists: Sequence[str], after: str | None, page: int, *, newest_first: bool = True
    ) -> Iterator[Item]:
        """The entries of several lists in one order of their ids; see `entries`."""
        found = (self.entries(workspace_id, listed, after, page, newest_first=newest_first) for listed in lists)
        return merge(*found, key=lambda item: item["sk"]["S"], reverse=newest_first)

    def _months(self, workspace_id: str, listed: str, first: str | None, *, newest_first: bool) -> Iterator[str]:
        """The months from `first` on, in the order."""
        pk, prefix = months_pk(workspace_id), f"{listed}#"
        # A query starts after its start. `2026-1` sorts before `2026-11`; other months between the two are skipped.
        bound = None if first is None else f"{first}{_AFTER_ALL}" if newest_first else first[:-1]
        start = None if bound is None else key(pk, f"{prefix}{bound}")
        for item in self._table.query(pk, prefix, start_after=start, newest_first=newest_first, page=_MONTHS_AT_ONCE):
            month = item["sk"]["S"].removeprefix(prefix)
            if first is None or newest_first or month >= first:
                yield month


def entry_key(workspace_id: str, listed: str, identifier: str) -> Item:
    """The key of a thing's entry in a list."""
    return key(month_pk(workspace_id, listed, month_of(identifier)), identifier)


def month_key(workspace_id: str, listed: str, identifier: str) -> Item:
    """The key of the directory's entry for an id's month, which is the whole entry."""
    return key(months_pk(workspace_id), f"{listed}#{month_of(identifier)}")


def month_of(identifier: str) -> str:
    """The month of an id, such as `2026-11`."""
    return f"{id_created_at(identifier):%Y-%m}"
