"""The windows of the rate limit in DynamoDB."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from fourfold.rate_limit import WINDOW_S, RateLimiter
from fourfold.storage.idempotency.rate_windows import DynamoRateWindows

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


def test_processes_share_a_window(dynamodb: DynamoDBClient) -> None:
    now = [1_800_000_000.25]
    clock = lambda: now[0]  # noqa: E731 - one clock for all
    processes = [RateLimiter(DynamoRateWindows(dynamodb, "idempotency", clock), clock) for _ in range(3)]
    for _ in range(2):
        taken = [processes[number % 3].take("key_1", 10) for number in range(30)]
        assert Counter(rate.allowed for rate in taken) == {True: 10, False: 20}
        assert {rate.reset_s for rate in taken} == {WINDOW_S}
        now[0] += WINDOW_S


def test_a_window_asks_for_less_when_less_is_left(dynamodb: DynamoDBClient) -> None:
    windows = DynamoRateWindows(dynamodb, "idempotency", lambda: 1_800_000_000.0)
    assert windows.reserve("key_1", 8, 10)[:2] == (8, 8)
    assert windows.reserve("key_1", 8, 10)[:2] == (2, 10)
    assert windows.reserve("key_1", 8, 10)[:2] == (0, 10)
    assert windows.reserve("key_1", 8, 5)[:2] == (0, 10), "the limit was lowered"


def test_windows_expire_by_themselves(dynamodb: DynamoDBClient) -> None:
    DynamoRateWindows(dynamodb, "idempotency", lambda: 1_800_000_000.0).reserve("key_1", 1, 10)
    [item] = dynamodb.scan(TableName="idempotency")["Items"]
    assert int(item["expiration"]["N"]) > 1_800_000_000 + WINDOW_S


def test_a_window_that_cannot_be_stored_refuses_no_request(
    dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(**_: object) -> None:
        raise ClientError({"Error": {"Code": "InsufficientStorage", "Message": "disk"}}, "UpdateItem")

    monkeypatch.setattr(dynamodb, "update_item", full_disk)
    windows = DynamoRateWindows(dynamodb, "idempotency", lambda: 1_800_000_000.0)
    assert windows.reserve("key_1", 8, 10) == (8, 8, 1_800_000_001.0)
