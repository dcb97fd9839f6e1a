"""Budgets: what is spent and reserved of each cap in a period, and what work in progress holds.

pk budgets_pk   sk `<day or month>#WORKSPACE`, `...#KEY#<key>`   nano-USD: `c` spent and reserved, `s` spent; alerts
pk holds_pk     sk `<work>`                                      what work holds, in which counters, and until when

Both change in one transaction, so a counter is what is spent plus what is held. Only work under a cap reads or writes
them. A hold whose time is over is released by the next work that finds too little left; work that ends later is counted
nevertheless.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from fourfold.events.budget import BudgetAlert, budget_alert_entry
from fourfold.spending.budget import BudgetExceededError, Reservation
from fourfold.spending.spent import NANO
from fourfold.storage.outbox import outbox_puts
from fourfold.storage.partitions import holds_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import Write, delete, transact
from fourfold.storage.usage.holds import ATTEMPTS, Counter, DynamoHolds, count, counter_in, counters_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Alerts, in percent of a cap.
_ALERTS: Final[tuple[Literal[80, 100], ...]] = (80, 100)
# A released hold is kept so long for work that ends late.
_KEPT_RELEASED: Final = timedelta(days=2)


class DynamoBudgets:
    """Implements `fourfold.spending.budget.Budgets`."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._holds = DynamoHolds(client, table)
        self._outbox = outbox

    def hold_writes(self, workspace_id: str, work_id: str, asked: Reservation) -> dict[str, list[Write]]:
        """The writes that reserve: `held` fails if the work holds something already, `budget` without room."""
        counters = [Counter(cap, cap.period_of(asked.at)) for cap in asked.caps]
        item = {
            **key(holds_pk(workspace_id), work_id),
            "nano": {"N": str(asked.nano_usd)},
            "until": {"N": str(int(asked.until.timestamp()))},
            "counters": {"S": json.dumps([each.stored() for each in counters])},
        }
        free = {
            "Put": {
                "TableName": self._table.name,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk) OR nano = :none",
                "ExpressionAttributeValues": {":none": {"N": "0"}},
            }
        }
        return {
            "held": [free],
            "budget": [self._taken(workspace_id, each, asked.nano_usd) for each in counters],
        }

    def reserve(self, workspace_id: str, work_id: str, asked: Reservation) -> None:
        """Holds the amount in every cap, or in none.

        Raises:
            BudgetExceededError: a cap has less left.
        """
        self.begin(workspace_id, work_id, asked, [])

    def begin(self, workspace_id: str, work_id: str, asked: Reservation, writes: Sequence[Write]) -> bool:
        """Stores the beginning of work and holds its amount, all or nothing.

        Returns:
            False if a condition of the beginning failed, or the work holds something already.

        Raises:
            BudgetExceededError: a cap has less left.
        """
        for _ in range(ATTEMPTS):
            held = self.hold_writes(workspace_id, work_id, asked)
            failed = transact(self._client, {"begin": writes, **held})
            if not failed:
                return True
            if failed & {"begin", "held"}:
                return False
            self.require_room(workspace_id, asked)
        raise TimeoutError(f"the budget of {workspace_id} is contended")

    def extend(self, workspace_id: str, work_id: str, further: Reservation) -> None:
        """Holds a further amount for work that has a reservation. Raises as `reserve`."""
        counters = [Counter(cap, cap.period_of(further.at)) for cap in further.caps]
        more = {
            "Update": {
                "TableName": self._table.name,
                "Key": key(holds_pk(workspace_id), work_id),
                "UpdateExpression": "ADD nano :more",
                "ConditionExpression": "nano > :none AND counters = :same",
                "ExpressionAttributeValues": {
                    ":more": {"N": str(further.nano_usd)},
                    ":none": {"N": "0"},
                    ":same": {"S": json.dumps([each.stored() for each in counters])},
                },
            }
        }
        for _ in range(ATTEMPTS):
            taken = [self._taken(workspace_id, each, further.nano_usd) for each in counters]
            failed = transact(self._client, {"held": [more], "budget": taken})
            # `held` fails if the hold was released, or is of an earlier period: the end counts what the work cost.
            if "held" in failed or not failed:
                return
            self.require_room(workspace_id, further)
        raise TimeoutError(f"the budget of {workspace_id} is contended")

    def require_room(self, workspace_id: str, asked: Reservation) -> None:
        """Releases what holds for too long where a cap has too little left.

        Raises:
            BudgetExceededError: a cap has too little left nevertheless.
        """
        if self._exceeded(workspace_id, asked) is None:
            return
        self._release_expired(workspace_id, asked.at)
        exceeded = self._exceeded(workspace_id, asked)
        if exceeded is None:
            return
        counter, item = exceeded
        self._announce(workspace_id, counter, item, asked.at, refused=True)
        left = counter.cap.usd - count(item, "c") / NANO
        raise BudgetExceededError(counter.cap, left, asked.usd, asked.at)

    def settle(self, workspace_id: str, work_id: str, nano_usd: int) -> None:
        """Replaces what the work holds by what it cost. Work that holds nothing is settled already."""
        for _ in range(ATTEMPTS):
            writes = self.settle_writes(workspace_id, work_id, nano_usd)
            if not writes:
                return
            if not transact(self._client, {"settle": writes}):
                self.announce(workspace_id, writes)
                return
        raise TimeoutError(f"the reservation of {work_id} is contended")

    def end(self, workspace_id: str, work_id: str, nano_usd: int, writes: Sequence[Write]) -> bool:
        """Stores the end of work and settles what it holds, all or nothing; False if a condition of the end failed."""
        for _ in range(ATTEMPTS):
            settled = self.settle_writes(workspace_id, work_id, nano_usd)
            failed = transact(self._client, {"end": writes, "settle": settled})
            if "end" in failed:
                return False
            if not failed:
                self.announce(workspace_id, settled)
                return True
        raise TimeoutError(f"the reservation of {work_id} is contended")

    def settle_writes(self, workspace_id: str, work_id: str, nano_usd: int) -> list[Write]:
        """The writes that settle; none if the work holds nothing. They fail if the hold changed since it was read."""
        where = key(holds_pk(workspace_id), work_id)
        hold = self._table.get(where)
        if hold is None:
            return []
        held = count(hold, "nano")
        gone = delete(self._table.name, where, "nano = :held", values={":held": {"N": str(held)}})
        added = {":c": {"N": str(nano_usd - held)}, ":s": {"N": str(nano_usd)}}
        return [
            gone,
            *(self._holds.added(each.key(workspace_id), "ADD c :c, s :s", added) for each in counters_in(hold)),
        ]

    def announce(self, workspace_id: str, settled: Sequence[Write]) -> None:
        """Hands over the alerts that are due after these writes, each once a period."""
        at = datetime.now(UTC)
        for write in settled:
            if "Update" not in write:
                continue
            item = self._table.get(write["Update"]["Key"])
            if item is not None and "cap" in item:
                stored = json.loads(item["cap"]["S"])
                self._announce(workspace_id, counter_in(stored), item, at, refused=False)

    def _announce(
        self, workspace_id: str, counter: Counter, item: Mapping[str, Any], at: datetime, *, refused: bool
    ) -> None:
        spent = count(item, "s")
        for percent in _ALERTS:
            due = 100 * spent >= percent * counter.cap.nano_usd or refused
            if not due or f"a{percent}" in item:
                continue
            entry = budget_alert_entry(_alert(counter, percent, spent, at), workspace_id, at)
            mark = {
                "Update": {
                    "TableName": self._table.name,
                    "Key": counter.key(workspace_id),
                    "UpdateExpression": f"SET a{percent} = :at",
                    "ConditionExpression": f"attribute_not_exists(a{percent})",
                    "ExpressionAttributeValues": {":at": {"S": at.isoformat()}},
                }
            }
            transact(self._client, {"mark": [mark], "event": outbox_puts(self._outbox, [entry])})

    def _exceeded(self, workspace_id: str, asked: Reservation) -> tuple[Counter, Item] | None:
        counters = [Counter(cap, cap.period_of(asked.at)) for cap in asked.caps]
        return self._holds.exceeded(workspace_id, counters, asked.nano_usd)

    def _release_expired(self, workspace_id: str, now: datetime) -> None:
        """Releases the holds whose time is over, and forgets those that were released long ago."""
        for hold in self._holds.expired(workspace_id, now):
            if count(hold, "nano"):
                self._holds.release(workspace_id, hold)
            elif count(hold, "until") < (now - _KEPT_RELEASED).timestamp():
                where = {"pk": hold["pk"], "sk": hold["sk"]}
                self._table.delete(where, "nano = :none", values={":none": {"N": "0"}})

    def _taken(self, workspace_id: str, counter: Counter, nano_usd: int) -> Write:
        """The write that adds an amount to a counter; it fails without room."""
        room = counter.cap.nano_usd - nano_usd
        return {
            "Update": {
                "TableName": self._table.name,
                "Key": counter.key(workspace_id),
                "UpdateExpression": "SET cap = :cap ADD c :more",
                "ConditionExpression": "attribute_not_exists(c) OR c <= :room" if room >= 0 else "c <= :room",
                "ExpressionAttributeValues": {
                    ":cap": {"S": json.dumps(counter.stored())},
                    ":more": {"N": str(nano_usd)},
                    ":room": {"N": str(room)},
                },
            }
        }


def _alert(counter: Counter, percent: Literal[80, 100], spent: int, at: datetime) -> BudgetAlert:
    cap = counter.cap
    return BudgetAlert(
        scope="workspace" if cap.key_id is None else "key",
        key_id=cap.key_id,
        period=cap.period,
        period_start=counter.period,
        percent=percent,
        limit_usd=cap.usd,
        spent_usd=round(spent / NANO, 6),
        renews_at=cap.renews_at(at),
    )
