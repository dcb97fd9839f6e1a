"""The budget of an evaluation: one item, changed by conditional updates. Amounts are stored in billionths of a USD.

committed, remaining   what is spent or reserved, and what is left
held                   what of `committed` is reserved
`call#<name>`          how many reservations of the call are open; absent without one
lost, lost_usd         calls that were settled at the price of their repetition
stopped                why nothing more is sent
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from fourfold.evaluation.record import StopReason
from fourfold.evaluation.store import Committed, EvaluationStoppedError
from fourfold.storage.evaluations.store import BUDGET, PER_USD, units
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_EXISTS: Final = "attribute_exists(pk)"
_CALL: Final = "call#"


class DynamoBudget:
    """Implements `fourfold.evaluation.store.Budget`."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str, evaluation_id: str) -> None:
        self._table = Table(client, table)
        self._key = key(evaluation_pk(workspace_id, evaluation_id), BUDGET)

    def reserve(self, call: str, usd: float) -> None:
        """Takes `usd` from what is left.

        Raises:
            EvaluationStoppedError: less is left, or the evaluation was stopped; it is stopped from here on.
        """
        # An update cannot add within a condition, so what is left is kept beside what is committed.
        taken = self._table.update(
            self._key,
            "SET committed = committed + :usd, remaining = remaining - :usd ADD held :usd, #call :one",
            f"{_EXISTS} AND attribute_not_exists(stopped) AND remaining >= :usd",
            values={":usd": {"N": str(units(usd))}, ":one": {"N": "1"}},
            names={"#call": _CALL + call},
        )
        if taken is None:
            self.stop("budget")
            raise EvaluationStoppedError

    def settle(self, call: str, reserved: float, spent: float) -> None:
        """Replaces a reservation by what the call cost, and with it those of equal calls that were never settled.

        A repeated call that cost nothing was not answered: it says nothing about the earlier ones.
        """
        is_open = 1
        while is_open and not self._settled(call, reserved, spent, is_open):
            item = self._table.get(self._key) or {}
            is_open = int(item.get(_CALL + call, {"N": "0"})["N"])  # 0: settled with an equal call

    def _settled(self, call: str, reserved: float, spent: float, is_open: int) -> bool:
        """Settles, if exactly so many reservations of the call are open."""
        settles = is_open if spent or not reserved else 1
        held, cost = settles * units(reserved), settles * units(spent)
        values = {":open": is_open, ":more": cost - held, ":held": -held}
        values |= {":lost": settles - 1, ":lost_usd": cost - units(spent)}
        rest = " REMOVE #call" if settles == is_open else ", #call :closed"
        if settles < is_open:
            values[":closed"] = -settles
        changed = self._table.update(
            self._key,
            "SET committed = committed + :more, remaining = remaining - :more "
            f"ADD held :held, lost :lost, lost_usd :lost_usd{rest}",
            f"{_EXISTS} AND #call = :open",
            values={name: {"N": str(value)} for name, value in values.items()},
            names={"#call": _CALL + call},
        )
        return changed is not None

    def stop(self, reason: StopReason) -> None:
        """Ends all further calls. The first reason stays."""
        self._table.update(
            self._key,
            "SET stopped = :reason",
            f"{_EXISTS} AND attribute_not_exists(stopped)",
            values={":reason": {"S": reason}},
        )

    def stopped(self) -> StopReason | None:
        """Why no further call is sent, or None."""
        item = self._table.get(self._key)
        return cast("StopReason", item["stopped"]["S"]) if item is not None and "stopped" in item else None

    def spent(self) -> Committed:
        """What is reserved and spent. Call it when no call is in flight: an open reservation counts as a lost call."""
        item = self._table.get(self._key)
        if item is None:
            return Committed()
        number = {name: int(value["N"]) for name, value in item.items() if "N" in value}
        is_open = sum(count for name, count in number.items() if name.startswith(_CALL))
        return Committed(
            usd=number["committed"] / PER_USD,
            unknown_calls=number.get("lost", 0) + is_open,
            unknown_usd=(number.get("lost_usd", 0) + number.get("held", 0)) / PER_USD,
        )
