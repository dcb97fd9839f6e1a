"""Events of the outbox reach the bus: at once, after a restart, and after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from fourfold.events.envelope import bus_entry
from fourfold.events.generation import GenerationRunStarted
from fourfold.ids import new_persona_id, new_run_id
from fourfold.storage.outbox import entry_item
from tests.integration.local_server import LocalServer, eventually

SAVED_SECONDS = 5.0


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


def store_event(home: LocalServer) -> str:
    """Puts an event into the outbox; answers with its id."""
    run_id = new_run_id()
    data = GenerationRunStarted(run_id=run_id, persona_id=new_persona_id(), config_hash="cfg_0000000000000000")
    entry = bus_entry(data, workspace_id="ws_local", correlation_id=run_id, occurred_at=datetime.now(UTC))
    home.aws("dynamodb").put_item(TableName=home.outputs()["OutboxTableName"], Item=entry_item(entry))
    return str(entry["Detail"]["metadata"]["event_id"])


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


def test_the_stream_is_followed_after_a_restart(home: LocalServer, queue: str) -> None:
    assert home.stop() == 0
    home.start()
    eventually(lambda: _received(home, queue))  # what was published in the last minute comes again
    event_id = store_event(home)
    eventually(lambda: event_id in _received(home, queue))


def test_what_a_kill_left_unpublished_is_published_at_the_next_start(home: LocalServer, queue: str) -> None:
    lambdas = home.aws("lambda")
    mappings = lambdas.list_event_source_mappings()["EventSourceMappings"]
    (stream,) = (found for found in mappings if "PublishEvents" in found["FunctionArn"])
    lambdas.update_event_source_mapping(UUID=stream["UUID"], Enabled=False)
    event_id = store_event(home)
    time.sleep(SAVED_SECONDS)
    assert event_id not in _received(home, queue)
    home.kill()
    home.start()
    eventually(lambda: event_id in _received(home, queue))
