"""Conversion: what an earlier version had in memory only is sent again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.local.bridges.outbox_replay import republish_outbox
from infra.local.bridges.webhook_requeue import requeue_pending_deliveries


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        yield


def _table(client: Any, name: str, *keys: str) -> None:
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": "RANGE" if key == "sk" else "HASH"} for key in keys],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )


class Lambda:
    def __init__(self) -> None:
        self.given: list[str] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: str) -> None:  # noqa: N803 - boto's names
        assert (FunctionName, InvocationType) == ("publisher", "Event")
        self.given += [record["dynamodb"]["Keys"]["pk"]["S"] for record in json.loads(Payload)["Records"]]


@pytest.mark.usefixtures("aws")
def test_what_waits_and_what_was_just_published_is_announced_and_the_rest_dropped() -> None:
    dynamodb, lambdas, now = boto3.client("dynamodb"), Lambda(), datetime.now(UTC)
    _table(dynamodb, "outbox", "pk")
    for event_id, age in (("waiting", None), ("newest", 0), ("recent", 59), ("old", 61)):
        item: dict[str, Any] = {"pk": {"S": event_id}, "entry": {"S": "{}"}}
        if age is not None:
            item["published_at"] = {"S": (now - timedelta(seconds=age)).isoformat()}
        dynamodb.put_item(TableName="outbox", Item=item)
    announced = republish_outbox(dynamodb, lambdas, "outbox", "publisher")
    assert set(announced) == set(lambdas.given) == {"waiting", "newest", "recent"}
    left = dynamodb.scan(TableName="outbox")["Items"]
    assert {item["pk"]["S"] for item in left} == {"waiting", "newest", "recent"}
    assert not any("published_at" in item for item in left)


@pytest.mark.usefixtures("aws")
def test_every_pending_delivery_is_ordered_and_no_other() -> None:
    dynamodb, sqs = boto3.client("dynamodb"), boto3.client("sqs")
    _table(dynamodb, "webhooks", "pk", "sk")
    url = sqs.create_queue(QueueName="slow")["QueueUrl"]
    for number, status in enumerate(("pending", "delivered", "dead")):
        item = {"pk": "ENDPOINT#whk_1#0", "sk": f"DELIVERY#dlv_{number}", "workspace_id": "ws_a", "status": status}
        item["endpoint_id"] = "whk_1"
        dynamodb.put_item(TableName="webhooks", Item={name: {"S": value} for name, value in item.items()})
    assert requeue_pending_deliveries(dynamodb, sqs, "webhooks", url) == 1
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {
        "workspace_id": "ws_a",
        "endpoint_id": "whk_1",
        "delivery_id": "dlv_0",
    }
