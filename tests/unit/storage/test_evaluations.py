"""The budget of an evaluation: what is reserved counts, and nothing is sent once it does not suffice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from fourfold.evaluation.store import EvaluationStoppedError
from fourfold.storage.evaluations.budget import DynamoBudget
from fourfold.storage.evaluations.store import BUDGET, units
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

EVALUATION = "evl_01kaqf0c5v3y9m2t8z4n6r1w7b"
OpenBudget = Callable[[float], DynamoBudget]


@pytest.fixture
def opened(dynamodb: DynamoDBClient) -> OpenBudget:
    def made(max_usd: float) -> DynamoBudget:
        item = {"committed": {"N": "0"}, "remaining": {"N": str(units(max_usd))}}
        Table(dynamodb, "personas").put({**key(evaluation_pk("ws_one", EVALUATION), BUDGET), **item})
        return DynamoBudget(dynamodb, "personas", "ws_one", EVALUATION)

    return made


def test_calls_in_flight_count_and_the_first_that_does_not_fit_stops_all(opened: OpenBudget) -> None:
    budget = opened(1.0)
    budget.reserve(0.4)
    budget.reserve(0.4)
    with pytest.raises(EvaluationStoppedError):
        budget.reserve(0.4)
    budget.settle(0.4, 0.1)
    budget.settle(0.4, 0.1)
    assert (budget.stopped(), budget.spent()) == ("budget", 0.2)
    with pytest.raises(EvaluationStoppedError):
        budget.reserve(0.1)


def test_a_cancelled_evaluation_stays_cancelled_and_a_deleted_one_spends_nothing(
    opened: OpenBudget, dynamodb: DynamoDBClient
) -> None:
    budget = opened(1.0)
    budget.stop("cancelled")
    with pytest.raises(EvaluationStoppedError):
        budget.reserve(0.0)
    assert budget.stopped() == "cancelled"
    absent = DynamoBudget(dynamodb, "personas", "ws_other", EVALUATION)
    with pytest.raises(EvaluationStoppedError):
        absent.reserve(0.0)
    assert absent.stopped() is None
