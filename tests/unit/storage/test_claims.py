"""Claims on idempotency keys: one owner at a time, taken over when its lease has run out, replayed when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fourfold.idempotency import LEASE_S, Execution, KeptReply, Refusal
from fourfold.storage.idempotency.claims import RETENTION, DynamoClaims

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

REPLY = KeptReply(201, {"location": "/v1/keys/key_1"}, '{"name": "naïve 🙂"}')


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def claims(dynamodb: DynamoDBClient, clock: Clock) -> DynamoClaims:
    return DynamoClaims(dynamodb, "idempotency", clock)


def claimed(claims: DynamoClaims) -> Execution:
    found = claims.claim("key", "body")
    assert isinstance(found, Execution)
    return found


def test_the_first_executes_the_second_waits_and_then_gets_the_reply(claims: DynamoClaims) -> None:
    execution = claimed(claims)
    assert not execution.resumed
    assert claims.claim("key", "body") is Refusal.RUNNING
    assert claims.keep(execution, REPLY)
    assert claims.claim("key", "body") == REPLY
    assert claims.claim("key", "another body") is Refusal.REUSED


def test_another_body_is_refused_while_the_first_runs_too(claims: DynamoClaims) -> None:
    claimed(claims)
    assert claims.claim("key", "another body") is Refusal.REUSED


def test_a_dead_process_is_taken_over_under_the_same_operation(claims: DynamoClaims, clock: Clock) -> None:
    dead = claimed(claims)
    clock.now += LEASE_S - 1
    assert claims.claim("key", "body") is Refusal.RUNNING
    clock.now += 1
    heir = claimed(claims)
    assert heir.resumed
    assert heir.operation_id == dead.operation_id
    assert claims.claim("key", "body") is Refusal.RUNNING


def test_a_slow_process_cannot_overwrite_its_heir(claims: DynamoClaims, clock: Clock) -> None:
    slow = claimed(claims)
    clock.now += LEASE_S
    heir = claimed(claims)
    assert not claims.renew(slow)
    assert not claims.keep(slow, KeptReply(201, {}, "stale"))
    claims.release(slow)
    assert claims.claim("key", "body") is Refusal.RUNNING, "the heir still has it"
    assert claims.keep(heir, REPLY)
    assert claims.claim("key", "body") == REPLY


def test_a_lease_that_is_renewed_does_not_run_out(claims: DynamoClaims, clock: Clock) -> None:
    execution = claimed(claims)
    for _ in range(20):
        clock.now += LEASE_S / 3
        assert claims.renew(execution)
        assert claims.claim("key", "body") is Refusal.RUNNING


def test_what_was_released_is_resumed_at_once(claims: DynamoClaims) -> None:
    first = claimed(claims)
    claims.release(first)
    again = claimed(claims)
    assert again.resumed
    assert again.operation_id == first.operation_id


def test_a_key_is_forgotten_after_a_day(claims: DynamoClaims, clock: Clock) -> None:
    first = claimed(claims)
    assert claims.keep(first, REPLY)
    clock.now += RETENTION.total_seconds() + 1
    again = claims.claim("key", "another body")
    assert isinstance(again, Execution)
    assert again.operation_id != first.operation_id
