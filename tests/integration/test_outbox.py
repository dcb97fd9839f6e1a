"""Events of the outbox reach the bus: at once, after a restart, and after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_server import LocalServer, eventually
from tests.integration.outbox_events import store_event

pytestmark = pytest.mark.deep(part="restarts")


@pytest.fixture(scope="module")
def home(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path_factory.mktemp("outbox"))
    server.borrow_assembly(stack)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def queue(home: LocalServer) -> str:
    """A consumer of everything on the bus."""
    sqs, events, bus = home.aws("sqs"), home.aws("events"), home.outputs()["EventBusName"]
    url: str = sqs.create_queue(QueueName="consumer")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.put_rule(Name="consumer", EventBusName=bus, EventPattern=json.dumps({"source": ["fourfold"]}))
    events.put_targets(Rule="consumer", EventBusName=bus, Targets=[{"Id": "queue", "Arn": arn}])
    return "consumer"


def _received(home: LocalServer, queue: str, seconds: float = 0.5) -> list[str]:
    """Ids of the events in the queue, which it empties."""
    sqs = home.aws("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    ids, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            ids.append(json.loads(message["Body"])["detail"]["metadata"]["event_id"])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return ids


def _item(home: LocalServer, event_id: str) -> dict[str, Any]:
    key = {"pk": {"S": event_id}}
    item: dict[str, Any] = home.aws("dynamodb").get_item(TableName=home.outputs()["OutboxTableName"], Key=key)["Item"]
    return item


def test_an_event_is_published_once_and_marked(home: LocalServer, queue: str) -> None:
    event_id = store_event(home)
    eventually(lambda: "published_at" in _item(home, event_id))
    assert _received(home, queue) == [event_id]


def test_the_stream_is_followed_after_a_restart_and_nothing_comes_again(home: LocalServer, queue: str) -> None:
    assert home.stop() == 0
    home.start()
    event_id = store_event(home)
    assert eventually(lambda: _received(home, queue)) == [event_id]


def test_every_event_that_was_stored_before_a_kill_reaches_the_bus(home: LocalServer, queue: str) -> None:
    """The kill comes while some of them are on their way: a consumer may get those twice, with the same id."""
    ids = {store_event(home) for _ in range(20)}
    home.kill()
    home.start()
    received = set[str]()

    def all_received() -> bool:
        received.update(_received(home, queue))
        return ids <= received

    eventually(all_received)
    assert received == ids
    for event_id in ids:
        assert "published_at" in _item(home, event_id)
