"""The event log in DynamoDB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourfold.progress.events import RunStarted, StepStarted
from fourfold.progress.log import RunLog
from fourfold.steps import STEP_ORDER
from fourfold.storage.progress.events import DynamoEventStore
from tests.builders import Ticking

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RUN, PERSONA = "run_1", "per_1"


def store_of(client: DynamoDBClient, workspace: str = "ws_a") -> DynamoEventStore:
    return DynamoEventStore(client, "run-events", workspace, RUN)


def log_on(store: DynamoEventStore) -> RunLog:
    return RunLog(store, RUN, PERSONA, 0, Ticking())


def test_a_number_is_given_once(dynamodb: DynamoDBClient) -> None:
    store = store_of(dynamodb)
    entry = log_on(store).append(RunStarted())
    assert not store.put_if_free(entry, None)


def test_readers_get_entries_after_a_number_in_order_and_no_checkpoint(dynamodb: DynamoDBClient) -> None:
    store = store_of(dynamodb)
    log = log_on(store)
    log.append(RunStarted())
    for step in STEP_ORDER:
        log.append(StepStarted(step=step, attempt=1), checkpoint="private")
    assert [entry.seq for entry in store.entries(after=2)] == [3, 4, 5, 6, 7]
    assert next(iter(store.read(1))).checkpoint == "private"
    assert list(store_of(dynamodb, "ws_b").entries()) == []


def test_a_log_longer_than_a_query_page_is_read_whole(dynamodb: DynamoDBClient) -> None:
    store = store_of(dynamodb)
    log = log_on(store)
    for attempt in range(1, 5):
        for step in STEP_ORDER:
            log.append(StepStarted(step=step, attempt=attempt), checkpoint="x" * 100_000)
    assert [kept.entry.seq for kept in store.read(0)] == list(range(1, 25))
