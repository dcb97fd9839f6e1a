"""Holds: what work in progress holds of budgets, raised while it works, and released when its time is over.

`budgets.py` describes the items. A raise changes a hold and its counters in one transaction, on what the hold was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fourfold.spending.budget import RUN_HELD, BudgetExceededError, Cap
from fourfold.spending.spent import NANO
from fourfold.storage.partitions import budgets_pk, holds_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import Write, transact, update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Counter:
    """A cap's counter in one period."""

    cap: Cap
    period: str

    def key(self, workspace_id: str) -> Item:
        """Where the counter is stored."""
        owner = "WORKSPACE" if self.cap.key_id is None else f"KEY#{self.cap.key_id}"
        return key(budgets_pk(workspace_id), f"{self.period}#{owner}")

    @property
    def began(self) -> datetime:
        """When the period began."""
        return datetime.fromisoformat(self.period if self.cap.period == "day" else f"{self.period}-01").replace(
            tzinfo=UTC
        )

    def stored(self) -> dict[str, Any]:
        """The counter as items hold it."""
        return {"period": self.cap.period, "usd": self.cap.usd, "key_id": self.cap.key_id, "of": self.period}


def counter_in(stored: Mapping[str, Any]) -> Counter:
    """Returns the counter from `Counter.stored`."""
    return Counter(Cap(stored["period"], stored["usd"], stored["key_id"]), stored["of"])


def counters_in(hold: Mapping[str, Any]) -> list[Counter]:
    """Returns the counters that a hold is part of."""
    return [counter_in(each) for each in json.loads(hold["counters"]["S"])]


def count(item: Mapping[str, Any], name: str) -> int:
    """Returns a number of an item, 0 if absent."""
    return int(item[name]["N"]) if name in item else 0


class DynamoHolds:
    """The holds of all workspaces. It reads, queries and updates items, and writes no others."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = Table(client, table)

    def raise_to(self, workspace_id: str, work_id: str, nano_usd: int, at: datetime, until: datetime) -> None:
        """Lets work hold at least this amount in the caps it began under, until then. Work without a hold has ended.

        A hold that was released is taken again. A raise that is repeated after a crash finds the amount held.

        Raises:
            BudgetExceededError: a cap has less left, and no hold in it is over at `at`.
            TimeoutError: other work changes the counters all the time.
        """
        where = key(holds_pk(workspace_id), work_id)
        for _ in range(ATTEMPTS):
            hold = self._table.get(where)
            if hold is None or count(hold, "nano") >= nano_usd:
                return
            held, counters = count(hold, "nano"), counters_in(hold)
            values = {":held": {"N": str(held)}, ":nano": {"N": str(nano_usd)}, ":until": {"N": _seconds(until)}}
            change, names = "SET nano = :nano, #until = :until", {"#until": "until"}  # a reserved word
            raised = update(self._table.name, where, change, "nano = :held", values=values, names=names)
            taken = [self._taken(workspace_id, each, nano_usd - held) for each in counters]
            if not transact(self._client, {"held": [raised], "budget": taken}):
                return
            self._require_room(workspace_id, counters, nano_usd - held, at)
        raise TimeoutError(f"the budget of {workspace_id} is contended")

    def exceeded(self, workspace_id: str, counters: Sequence[Counter], nano_usd: int) -> tuple[Counter, Item] | None:
        """Returns the first counter without room for an amount, and its item; None if all have room."""
        for counter in counters:
            item = self._table.get(counter.key(workspace_id)) or {}
            if count(item, "c") + nano_usd > counter.cap.nano_usd:
                return counter, item
        return None

    def expired(self, workspace_id: str, now: datetime) -> list[Item]:
        """Returns the holds whose time is over."""
        return [hold for hold in self._table.query(holds_pk(workspace_id)) if count(hold, "until") <= now.timestamp()]

    def release(self, workspace_id: str, hold: Item) -> None:
        """Releases a hold, unless it changed since it was read. Its item stays for work that ends late."""
        held, where = count(hold, "nano"), {"pk": hold["pk"], "sk": hold["sk"]}
        values = {":held": {"N": str(held)}, ":none": {"N": "0"}}
        released = update(self._table.name, where, "SET nano = :none", "nano = :held", values=values)
        back = {":c": {"N": str(-held)}}
        counters = [self.added(each.key(workspace_id), "ADD c :c", back) for each in counters_in(hold)]
        transact(self._client, {"release": [released, *counters]})

    def added(self, where: Item, change: str, values: Mapping[str, Any]) -> Write:
        """The write that changes a counter."""
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": where,
                "UpdateExpression": change,
                "ExpressionAttributeValues": values,
            }
        }

    def _require_room(self, workspace_id: str, counters: Sequence[Counter], nano_usd: int, at: datetime) -> None:
        if self.exceeded(workspace_id, counters, nano_usd) is None:
            return
        for hold in self.expired(workspace_id, at):
            if count(hold, "nano"):
                self.release(workspace_id, hold)
        full = self.exceeded(workspace_id, counters, nano_usd)
        if full is not None:
            counter, item = full
            left = counter.cap.usd - count(item, "c") / NANO
            raise BudgetExceededError(counter.cap, left, round(nano_usd / NANO, 6), counter.began)

    def _taken(self, workspace_id: str, counter: Counter, nano_usd: int) -> Write:
        """The write that adds an amount to a counter; it fails without room."""
        values = {":more": {"N": str(nano_usd)}, ":room": {"N": str(counter.cap.nano_usd - nano_usd)}}
        return update(self._table.name, counter.key(workspace_id), "ADD c :more", "c <= :room", values=values)


@dataclass(frozen=True, slots=True)
class DynamoRunHold:
    """Implements `fourfold.spending.run_budget.RunHold` for one run."""

    holds: DynamoHolds
    workspace_id: str
    run_id: str
    clock: Callable[[], datetime]

    def raise_to(self, nano_usd: int) -> None:
        """Holds at least this amount in every cap for `RUN_HELD`. Raises as `DynamoHolds.raise_to`."""
        at = self.clock()
        self.holds.raise_to(self.workspace_id, self.run_id, nano_usd, at, at + RUN_HELD)


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))
