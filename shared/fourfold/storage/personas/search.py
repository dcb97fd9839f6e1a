"""Pages of a workspace's personas that match a filter. The cost of a page has a bound, whatever matches."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from fourfold.ids import cell_ids, first_id
from fourfold.personas.filters import PersonaFilter
from fourfold.storage.layout import ConvertedWorkspaces
from fourfold.storage.months import Months, entry_key
from fourfold.storage.personas.listing import ListedPersona, list_of
from fourfold.storage.personas.store import PersonaPage, personas_of, slug_key
from fourfold.storage.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Entries of the list that are looked at for one page.
MOST_CONSIDERED = 1000
# Entries read by one request of a search whose matches may be rare; a plain list reads what it shows.
_PAGE = 100
# `created_at` and the time in an id are read from two clocks.
_CLOCKS_DIFFER = timedelta(minutes=1)


class DynamoPersonaSearch:
    """Searches the personas of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)
        self._months = Months(self._table)
        self._converted = ConvertedWorkspaces(self._table)

    def page(self, workspace_id: str, wanted: PersonaFilter, limit: int, after: str | None = None) -> PersonaPage:
        """Up to `limit` (1-100) personas that match, those that follow persona `after`.

        A page is shorter where few of MOST_CONSIDERED entries match; `last` is the id to continue after, None at the
        end.

        Raises:
            OutdatedStoreError: an earlier version stored the workspace's personas.
        """
        self._converted.require(workspace_id)
        entries = self._entries(workspace_id, wanted, limit, after)
        ids: list[str] = []
        last: str | None = None
        for item in islice(entries, MOST_CONSIDERED):
            last = item["sk"]["S"]
            if wanted.selects(ListedPersona.model_validate_json(item["doc"]["S"])):
                ids.append(last)
                if len(ids) == limit:
                    break
        more = last is not None and next(entries, None) is not None
        found = personas_of(self._table, workspace_id, ids)
        return PersonaPage([found[each] for each in ids if each in found], last if more else None)

    def _entries(self, workspace_id: str, wanted: PersonaFilter, limit: int, after: str | None) -> Iterator[Item]:
        """The entries of the list that may match, in order."""
        if wanted.slug is not None:
            return self._entry_of_slug(workspace_id, wanted.slug, list_of(wanted.evaluation_id), after)
        first, last = _range(wanted)
        is_plain = wanted == PersonaFilter(evaluation_id=wanted.evaluation_id, newest_first=wanted.newest_first)
        listed, start = list_of(wanted.evaluation_id), first if after is None else after
        page = limit + 1 if is_plain else _PAGE
        entries = self._months.entries(workspace_id, listed, start, page, newest_first=wanted.newest_first)
        return entries if last is None else _until(entries, last, newest_first=wanted.newest_first)

    def _entry_of_slug(self, workspace_id: str, slug: str, listed: str, after: str | None) -> Iterator[Item]:
        owner = self._table.get(slug_key(workspace_id, slug))
        if owner is None or after is not None:
            return iter(())
        entry = self._table.get(entry_key(workspace_id, listed, owner["persona_id"]["S"]))
        return iter([] if entry is None else [entry])


def _range(wanted: PersonaFilter) -> tuple[str | None, str | None]:
    """The ids between which those of matching personas are, in the order of the list; None: no bound.

    Personas of an evaluation have ids of its time, whenever they were made.
    """
    if wanted.evaluation_id is None:
        lowest = _bound(wanted.created_after, -_CLOCKS_DIFFER)
        highest = _bound(wanted.created_before, _CLOCKS_DIFFER)
    else:
        lowest, highest = cell_ids("per", wanted.evaluation_id)
    return (highest, lowest) if wanted.newest_first else (lowest, highest)


def _bound(moment: datetime | None, slack: timedelta) -> str | None:
    return None if moment is None else first_id("per", moment + slack)


def _until(entries: Iterator[Item], last: str, *, newest_first: bool) -> Iterator[Item]:
    """The entries up to the id `last`."""
    for item in entries:
        identifier = item["sk"]["S"]
        if (identifier < last) if newest_first else (identifier > last):
            return
        yield item
