"""The budget of an evaluation: one item, changed by conditional updates. Amounts are stored in billionths of a USD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from fourfold.evaluation.record import StopReason
from fourfold.evaluation.store import EvaluationStoppedError
from fourfold.storage.evaluations.store import BUDGET, PER_USD, units
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_EXISTS: Final = "attribute_exists(pk)"


class DynamoBudget:
    """Implements `fourfold.evaluation.store.Budget`."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str, evaluation_id: str) -> None:
        self._table = Table(client, table)
        self._key = key(evaluation_pk(workspace_id, evaluation_id), BUDGET)

    def reserve(self, usd: float) -> None:
        """Takes `usd` from what is left.

        Raises:
            EvaluationStoppedError: less is left, or the evaluation was stopped; it is stopped from here on.
        """
        values = {":usd": {"N": str(units(usd))}}
        # An update cannot add within a condition, so what is left is kept beside what is committed.
        taken = self._table.update(
            self._key,
            "SET committed = committed + :usd, remaining = remaining - :usd",
            f"{_EXISTS} AND attribute_not_exists(stopped) AND remaining >= :usd",
            values=values,
        )
        if taken is None:
            self.stop("budget")
            raise EvaluationStoppedError

    def settle(self, reserved: float, spent: float) -> None:
        """Replaces a reservation by what the call cost."""
        change = units(spent) - units(reserved)
        if change:
            self._table.update(
                self._key,
                "SET committed = committed + :more, remaining = remaining - :more",
                _EXISTS,
                values={":more": {"N": str(change)}},
            )

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

    def spent(self) -> float:
        """What is reserved and spent."""
        item = self._table.get(self._key)
        return 0.0 if item is None else int(item["committed"]["N"]) / PER_USD
