"""Bridge: MiniStack ignores the time to live that a template gives its tables, so their items would stay for ever.

DynamoDB deletes an item within a few days of the time in its table's attribute. Here a sweep looks at a number of items
of such a table, and the next one at those behind them, so that no request waits long for one.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Final

from infra.local.bridges.ministack_types import Module
from infra.local.bridges.steady_clock import steady_time
from infra.local.bridges.store.database import Database, NotStoredError
from infra.local.bridges.store.items import NO_SORT_KEY, Item, wire_value

ITEMS_AT_A_TIME: Final = 250
GRACE_S: Final = 24 * 60 * 60
_START: Final = (b"", b"")

logger = logging.getLogger(__name__)


class Expiry:
    """Deletes items that expired more than a day ago. Streams get no record of it; none of their readers takes one."""

    def __init__(
        self,
        database: Database,
        dynamodb: Module,
        attributes: Mapping[str, str],
        clock: Callable[[], float] = steady_time,
    ) -> None:
        """`attributes` has the attribute with an item's time, in seconds since 1970, for each table that has one."""
        self._database = database
        self._dynamodb = dynamodb
        self._attributes = list(attributes.items())
        self._clock = clock
        self._table = 0
        self._after = _START

    def sweep(self) -> int:
        """Looks at the next items, at most ITEMS_AT_A_TIME; returns how many of them it deleted."""
        if not self._attributes:
            return 0
        name, attribute = self._attributes[self._table]
        try:
            with self._database.unit():
                last, deleted = self._swept(name, attribute)
        except NotStoredError:
            logger.warning("expired items could not be deleted")
            last, deleted = None, 0
        if last is None:
            self._table, self._after = (self._table + 1) % len(self._attributes), _START
        else:
            self._after = last
        return deleted

    def _swept(self, name: str, attribute: str) -> tuple[tuple[bytes, bytes] | None, int]:
        """The last key that was looked at, None at the table's end, and how many items were deleted."""
        tables = self._dynamodb._tables.all_items()  # its own list
        table = next((table for (_, _, known), table in tables if known == name), None)
        if table is None:
            return None, 0
        query = "SELECT pk, sk, item FROM items WHERE table_id = ? AND (pk, sk) > (?, ?) ORDER BY pk, sk LIMIT ?"
        rows = self._database.rows(query, (table["items"].table_id, *self._after, ITEMS_AT_A_TIME))
        due = self._clock() - GRACE_S
        expired = [item for *_, text in rows if _time(item := json.loads(text), attribute) < due]
        for item in expired:
            sk = wire_value(item[table["sk_name"]]) if table["sk_name"] else NO_SORT_KEY
            self._dynamodb._remove_item(table, wire_value(item[table["pk_name"]]), sk)
        return (rows[-1][:2] if len(rows) == ITEMS_AT_A_TIME else None), len(expired)


def _time(item: Item, attribute: str) -> float:
    """When an item expires; never, if the attribute is missing or no number."""
    number = item.get(attribute, {}).get("N")
    return float("inf") if number is None else float(number)
