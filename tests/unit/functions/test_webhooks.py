"""Fan-out and dispatcher as Lambda enters them: from an event of the bus to signed requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from standardwebhooks import Webhook

from fourfold.pipeline.state import RunState
from fourfold.storage.client import dynamodb
from fourfold.webhooks.delivery import DeliveryStatus
from fourfold.webhooks.endpoint import Endpoint, new_endpoint
from fourfold.webhooks.sealing import sealed
from functions import secret_sealer
from functions import webhook_queues as webhook_lanes
from functions.clock import now
from functions.secret_sealer import KmsSealer
from functions.webhook_dispatch.handler import handler as dispatch
from functions.webhook_fanout.handler import handler as fan_out
from tests.invocation import Invocation
from tests.tables import create
from tests.unit.functions.conftest import SAMPLES, load
from tests.unit.webhooks.conftest import TABLES
from tests.unit.webhooks.receiver import Answer, receiver

EVENT = load(SAMPLES / "webhook_fanout" / "persona_created.json")
ORDER = load(SAMPLES / "webhook_dispatch" / "first_attempt.json")
ENDPOINT = "whk_01m80000000000000000000009"


@pytest.fixture
def queues(world: RunState, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:  # noqa: ARG001 - the account
    sqs = boto3.client("sqs")
    for name in ("fast", "slow", "dead"):
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        monkeypatch.setenv(f"FOURFOLD_WEBHOOKS_{name.upper()}_QUEUE", url)
    create(boto3.client("dynamodb"), "webhooks", TABLES["webhooks"])
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_TABLE", "webhooks")
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK", "1")
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_KEY", boto3.client("kms").create_key()["KeyMetadata"]["Arn"])
    kept = (webhook_lanes.queues, webhook_lanes.webhooks, secret_sealer.kms, secret_sealer.opened)
    for made in (*kept, dynamodb):
        made.cache_clear()
    yield sqs
    for made in kept:
        made.cache_clear()


def subscribe(url: str) -> Endpoint:
    endpoint = new_endpoint("ws_sample", url, ["persona.created"], None, now()).model_copy(update={"id": ENDPOINT})
    webhook_lanes.webhooks().create(sealed(endpoint, KmsSealer()))
    return endpoint


def messages(sqs: Any, queue: str) -> list[dict[str, Any]]:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(message["Body"]) for message in found]


def test_an_event_becomes_an_order(queues: Any) -> None:
    subscribe("https://example.com/")
    assert fan_out(EVENT, Invocation()) == {"batchItemFailures": []}
    assert messages(queues, "slow") == [json.loads(ORDER["Records"][0]["body"])]
    assert messages(queues, "fast") == []


def test_each_endpoint_s_orders_are_a_group_of_a_fair_queue(queues: Any) -> None:
    subscribe("https://example.com/")
    fan_out(EVENT, Invocation())
    url = queues.get_queue_url(QueueName="slow")["QueueUrl"]
    (message,) = queues.receive_message(QueueUrl=url, AttributeNames=["MessageGroupId"])["Messages"]
    assert message["Attributes"] == {"MessageGroupId": ENDPOINT}


def test_the_order_becomes_a_signed_request(queues: Any) -> None:  # noqa: ARG001 - the queues
    with receiver() as there:
        endpoint = subscribe(there.url)
        fan_out(EVENT, Invocation())
        assert dispatch(ORDER, None) == {"batchItemFailures": []}
    (request,) = there.requests
    body = Webhook(endpoint.secrets[0].secret).verify(request.body, request.headers)
    sent = json.loads(EVENT["Records"][0]["body"])
    assert body == {"type": "persona.created", "timestamp": "2026-11-23T09:00:00.000Z", "data": sent["detail"]["data"]}
    assert request.headers["webhook-id"] == sent["detail"]["metadata"]["event_id"]


def test_a_failed_attempt_is_ordered_again_a_dead_one_is_laid_by(queues: Any) -> None:
    order = json.loads(ORDER["Records"][0]["body"])
    with receiver(Answer(500), Answer(410)) as there:
        subscribe(there.url)
        fan_out(EVENT, Invocation())
        messages(queues, "slow")
        assert dispatch(ORDER, None) == {"batchItemFailures": []}
        url = queues.get_queue_url(QueueName="slow")["QueueUrl"]
        delayed = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
        assert delayed["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
        webhook_lanes.webhooks().requeue(ENDPOINT, order["delivery_id"], now(), even_if_alive=True)
        assert dispatch(ORDER, None) == {"batchItemFailures": []}
    assert messages(queues, "dead") == [{**order, "revive": True}]
    delivery = webhook_lanes.webhooks().delivery(ENDPOINT, order["delivery_id"])
    assert delivery is not None
    assert delivery.status is DeliveryStatus.DEAD


def test_an_order_that_cannot_be_read_comes_again_alone(queues: Any) -> None:  # noqa: ARG001 - the queues
    with receiver() as there:
        subscribe(there.url)
        fan_out(EVENT, Invocation())
        bad = {**ORDER["Records"][0], "messageId": "bad", "body": "{}"}
        answer = dispatch({"Records": [bad, ORDER["Records"][0]]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    assert len(there.requests) == 1


def test_the_orders_of_a_batch_do_not_wait_for_each_other(queues: Any) -> None:  # noqa: ARG001 - the queues
    with receiver(Answer(wait_s=0.3)) as there:
        subscribe(there.url)
        records = []
        for number in range(5):
            event = json.loads(EVENT["Records"][0]["body"])
            event["detail"]["metadata"]["event_id"] = f"evt_{number}"
            fan_out({"Records": [{**EVENT["Records"][0], "body": json.dumps(event)}]}, Invocation())
        for delivery in webhook_lanes.webhooks().deliveries(ENDPOINT, 10).deliveries:
            body = {**json.loads(ORDER["Records"][0]["body"]), "delivery_id": delivery.id}
            records.append({**ORDER["Records"][0], "body": json.dumps(body)})
        dispatch({"Records": records}, None)
    arrived = [request.at for request in there.requests]
    assert len(arrived) == 5
    assert max(arrived) - min(arrived) < 0.3
