"""The budget of an evaluation: what is reserved counts, and nothing is sent once it does not suffice."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from fourfold.evaluation.store import Committed, EvaluationStoppedError
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
    budget.reserve("one", 0.4)
    budget.reserve("two", 0.4)
    with pytest.raises(EvaluationStoppedError):
        budget.reserve("three", 0.4)
    budget.settle("one", 0.4, 0.1)
    budget.settle("two", 0.4, 0.1)
    assert (budget.stopped(), budget.spent()) == ("budget", Committed(0.2))
    with pytest.raises(EvaluationStoppedError):
        budget.reserve("three", 0.1)


@pytest.mark.parametrize("times", [1, 5])
def test_a_reservation_that_meets_a_transaction_is_made_after_it(
    opened: OpenBudget, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """DynamoDB refuses to write an item that a transaction holds, and botocore does not repeat it."""
    monkeypatch.setattr("fourfold.storage.table.time.sleep", lambda _: None)
    budget, refused = opened(1.0), list[str]()

    def conflict(model: Any, **_: Any) -> None:
        if len(refused) < times:
            refused.append(model.name)
            raise ClientError({"Error": {"Code": "TransactionConflictException", "Message": ""}}, model.name)

    dynamodb.meta.events.register("before-call.dynamodb.UpdateItem", conflict)
    try:
        budget.reserve("one", 0.4)
        budget.settle("one", 0.4, 0.1)
    finally:
        dynamodb.meta.events.unregister("before-call.dynamodb.UpdateItem", conflict)
    assert len(refused) == times
    assert budget.spent() == Committed(0.1)


def test_a_call_whose_answer_was_lost_costs_what_its_repetition_costs(opened: OpenBudget) -> None:
    budget = opened(10.0)
    for _ in range(3):  # two processes died with the call in flight
        budget.reserve("one", 0.4)
    budget.settle("one", 0.4, 0.5)
    assert budget.spent() == Committed(1.5, unknown_calls=2, unknown_usd=1.0)
    budget.reserve("one", 0.4)  # asked once more, as a second judgement is
    budget.settle("one", 0.4, 0.3)
    assert budget.spent() == Committed(1.8, unknown_calls=2, unknown_usd=1.0)


def test_a_lost_call_that_is_not_repeated_costs_what_was_expected(opened: OpenBudget) -> None:
    budget = opened(10.0)
    budget.reserve("one", 0.4)
    assert budget.spent() == Committed(0.4, unknown_calls=1, unknown_usd=0.4)
    budget.reserve("one", 0.4)
    budget.settle("one", 0.4, 0.0)  # the repetition met no server: that says nothing about the first call
    assert budget.spent() == Committed(0.4, unknown_calls=1, unknown_usd=0.4)


def test_lost_calls_without_a_price_are_counted(opened: OpenBudget) -> None:
    budget = opened(10.0)
    budget.reserve("one", 0.0)
    assert budget.spent() == Committed(0.0, unknown_calls=1)
    budget.reserve("one", 0.0)
    budget.settle("one", 0.0, 0.0)
    assert budget.spent() == Committed(0.0, unknown_calls=1)


def test_equal_calls_at_once_are_settled_together(opened: OpenBudget) -> None:
    budget = opened(10.0)
    budget.reserve("one", 0.4)
    budget.reserve("one", 0.4)
    budget.settle("one", 0.4, 0.3)
    budget.settle("one", 0.4, 0.3)
    assert budget.spent().usd == 0.6


def test_a_cancelled_evaluation_stays_cancelled_and_a_deleted_one_spends_nothing(
    opened: OpenBudget, dynamodb: DynamoDBClient
) -> None:
    budget = opened(1.0)
    budget.stop("cancelled")
    with pytest.raises(EvaluationStoppedError):
        budget.reserve("one", 0.0)
    assert budget.stopped() == "cancelled"
    absent = DynamoBudget(dynamodb, "personas", "ws_other", EVALUATION)
    with pytest.raises(EvaluationStoppedError):
        absent.reserve("one", 0.0)
    assert absent.stopped() is None
