"""The samples of live progress through its two handlers: who gets in, what is said, what is pushed."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.pipeline.state import RunState
from fourfold.progress.events import StepStarted
from fourfold.progress.ports import ConnectionGoneError, DeliveryUnknownError, NotDeliveredError, PushRecord, RunKey
from fourfold.steps import StepName
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys, key_hash
from fourfold.storage.progress.connections import DynamoTickets
from functions import progress_wiring, wiring
from functions.progress_connection import admission, conversation
from functions.progress_push import handler as push_handler
from tests.unit.functions.conftest import SAMPLES, load
from tests.unit.webhooks.receiver import Answer, receiver, unused_port

SECRET = "ff_live_sample"
CONNECTION = "DvOXlcX9DoECIQw="
CACHED = (
    progress_wiring.sender,
    progress_wiring.connections,
    progress_wiring.delivery,
    progress_wiring.api_keys,
    progress_wiring.keys_by_hash,
    admission.tickets,
    conversation.subscriptions,
    push_handler.pusher,
)


class Clients:
    """Connected clients: what they got, and whether they are still there."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.gone = False
        self.closed = False
        self.refuses = False

    def send(self, connection_id: str, text: str) -> None:
        assert connection_id == CONNECTION
        if self.refuses:
            raise NotDeliveredError
        if self.gone:
            raise ConnectionGoneError
        self.got.append(json.loads(text))

    def close(self, connection_id: str) -> None:
        assert connection_id == CONNECTION
        if self.refuses:
            raise NotDeliveredError
        self.closed = True


@pytest.fixture
def clients(world: RunState, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """The samples' key is known, and clients are recorded."""
    for made in CACHED:
        made.cache_clear()
    remember(world, "personas:read")
    recorded = Clients()
    for module in (progress_wiring, conversation):
        monkeypatch.setattr(module, "sender", lambda: recorded)
    yield recorded
    for made in CACHED:
        made.cache_clear()


def refused(sample: str) -> tuple[int, str]:
    """The status and the problem's code of a handshake that is refused."""
    answer = call("progress_connection", sample)
    return answer["statusCode"], json.loads(answer["body"])["code"]


def remember(world: RunState, *scopes: str) -> None:
    key = ApiKey("key_sample", "org_sample", world.workspace_id, frozenset(scopes))
    DynamoApiKeys(dynamodb(), "api-keys").put(SECRET, key)


def call(function: str, sample: str, **changes: object) -> Any:
    event = {**load(SAMPLES / function / f"{sample}.json"), **changes}
    return importlib.import_module(f"functions.{function}.handler").handler(event, LambdaContext())


def test_from_connecting_to_leaving(world: RunState, clients: Clients) -> None:
    assert call("progress_connection", "connect") == {"statusCode": 200}
    assert call("progress_connection", "subscribe") == {"statusCode": 200}, "no body: it would be sent to the client"
    wiring.run_log(world, 1).append(StepStarted(step=StepName.INTENT_PARSE, attempt=1))
    assert call("progress_push", "stream") is None
    ack, *events = clients.got
    assert ack == {"type": "ack", "id": "1", "action": "subscribe", "run_id": world.run_id}
    log = [entry.body() for entry in wiring.event_store(world.workspace_id, world.run_id).entries()]
    assert [event["seq"] for event in events] == [1, 2]
    assert events[0] == log[0], "the very object that SSE sends"
    assert {**events[1], "at": ""} == {**log[1], "at": ""}
    assert call("progress_push", "stream") is None
    assert len(clients.got) == 3, "a batch that comes again sends nothing again"
    assert call("progress_connection", "disconnect") == {"statusCode": 200}
    left = boto3.client("dynamodb").scan(TableName="connections")["Items"]
    assert [item["sk"]["S"] for item in left] == ["PUSHED"]


@pytest.mark.usefixtures("clients")
def test_a_ticket_lets_in_once() -> None:
    assert refused("connect_with_ticket") == (401, "unauthenticated")
    clock = [1000.0]
    tickets = DynamoTickets(dynamodb(), "connections", lambda: clock[0])
    admission.tickets.cache_clear()
    tickets.issue("ffpt_sample", key_hash(SECRET), 60)
    assert tickets.redeem("ffpt_other") is None
    assert tickets.redeem("ffpt_sample") == key_hash(SECRET)
    assert tickets.redeem("ffpt_sample") is None
    tickets.issue("ffpt_sample", key_hash(SECRET), 60)
    clock[0] += 61
    assert tickets.redeem("ffpt_sample") is None, "a ticket is good for sixty seconds"
    DynamoTickets(dynamodb(), "connections", time.time).issue("ffpt_sample", key_hash(SECRET), 60)
    assert call("progress_connection", "connect_with_ticket") == {"statusCode": 200}
    assert refused("connect_with_ticket") == (401, "unauthenticated")


@pytest.mark.usefixtures("clients")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": ["Bearer wrong"]}, 401),
        ({"Authorization": ["Basic abc"]}, 401),
        ({"Authorization": ["Bearer ff_live_sample", "Bearer other"]}, 401),
        ({"authorization": ["bearer ff_live_sample"]}, 200),
    ],
)
def test_nobody_gets_in_without_a_key(headers: dict[str, list[str]], status: int) -> None:
    assert call("progress_connection", "connect", multiValueHeaders=headers)["statusCode"] == status


@pytest.mark.usefixtures("clients")
def test_a_key_that_may_not_read_personas_is_refused(world: RunState) -> None:
    remember(world, "config:read")
    assert refused("connect") == (403, "insufficient_scope")


@pytest.mark.usefixtures("clients")
def test_a_workspace_with_all_its_connections_gets_no_further_one(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = SimpleNamespace(connections=2)
    settings = SimpleNamespace(settings=SimpleNamespace(api=SimpleNamespace(limits=limits)))
    monkeypatch.setattr(admission, "effective", lambda *_: settings)
    headers = {"Authorization": [f"Bearer {SECRET}"]}

    def enter(connection_id: str) -> int:
        context = load(SAMPLES / "progress_connection" / "connect.json")["requestContext"]
        changed = {**context, "connectionId": connection_id}
        answer = call("progress_connection", "connect", requestContext=changed, multiValueHeaders=headers)
        return int(answer["statusCode"])

    assert [enter(name) for name in ("one", "two", "three")] == [200, 200, 429]
    assert refused("connect") == (429, "too_many_connections")


def test_a_client_cannot_play_a_route_of_the_gateway(clients: Clients) -> None:
    """A message whose action is `$connect` reaches the route of that name on some gateways."""
    message = load(SAMPLES / "progress_connection" / "subscribe.json")
    for route in ("$connect", "$disconnect"):
        context = {**message["requestContext"], "routeKey": route}
        call("progress_connection", "connect")
        body = json.dumps({"action": route, "workspace_id": "ws_other"})
        assert call("progress_connection", "subscribe", requestContext=context, body=body) == {"statusCode": 200}
        assert clients.got[-1]["problem"]["code"] == "unknown_action"


def test_a_revoked_key_is_cut_off_at_the_next_message(clients: Clients) -> None:
    call("progress_connection", "connect")
    boto3.client("dynamodb").delete_item(TableName="api-keys", Key={"pk": {"S": f"KEY#{key_hash(SECRET)}"}})
    call("progress_connection", "subscribe")
    assert ([message["problem"]["code"] for message in clients.got], clients.closed) == (["unauthenticated"], True)


def test_what_breaks_inside_is_told_without_details(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    call("progress_connection", "connect")
    monkeypatch.setenv("FOURFOLD_PERSONAS_TABLE", "no-such-table")
    assert call("progress_connection", "subscribe") == {"statusCode": 200}
    assert [message["problem"]["code"] for message in clients.got] == ["internal_error"]
    assert "no-such-table" not in json.dumps(clients.got)


def test_a_replay_that_was_set_aside_is_finished(world: RunState, clients: Clients) -> None:
    run = RunKey(world.workspace_id, world.run_id)
    delivery = progress_wiring.delivery()
    boto3.client("sqs").create_queue(QueueName="catch-ups")
    delivery.follow_later(run, CONNECTION, key_hash(SECRET), 0)
    assert call("progress_push", "catch_up") == {"batchItemFailures": []}
    assert [event["seq"] for event in clients.got] == [1]


def test_a_push_that_was_cut_off_ends_the_connections_it_may_have_met(world: RunState, clients: Clients) -> None:
    """The function had noted what it was about to send, and was ended before it could note that it had."""
    call("progress_connection", "connect")
    call("progress_connection", "subscribe")
    wiring.run_log(world, 1).append(StepStarted(step=StepName.INTENT_PARSE, attempt=1))
    run = RunKey(world.workspace_id, world.run_id)
    progress_wiring.delivery().followers.record_intended(run, 2)
    assert call("progress_push", "stream") is None
    assert clients.closed
    assert [message["seq"] for message in clients.got if "seq" in message] == [1]
    pushed, followers = progress_wiring.delivery().followers.of_run(run)
    assert (pushed, followers) == (PushRecord(intended=2, acked=2), [])
    assert progress_wiring.connections().find(CONNECTION) is None


def test_what_could_not_be_closed_is_closed_by_the_queue(clients: Clients) -> None:
    call("progress_connection", "connect")
    boto3.client("sqs").create_queue(QueueName="catch-ups")
    clients.refuses = True
    call("progress_connection", "subscribe")
    queue = boto3.client("sqs").get_queue_url(QueueName="catch-ups")["QueueUrl"]
    (message,) = boto3.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    (record,) = load(SAMPLES / "progress_push" / "catch_up.json")["Records"]
    again = [{**record, "body": message["Body"]}]
    with pytest.raises(BatchProcessingError):  # it comes again, and in the end among the dead letters
        call("progress_push", "catch_up", Records=again)
    clients.refuses = False
    assert call("progress_push", "catch_up", Records=again) == {"batchItemFailures": []}
    assert clients.closed


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200), None),
        (Answer(410), ConnectionGoneError),
        (Answer(429), NotDeliveredError),
        (Answer(403), NotDeliveredError),
        (Answer(500), DeliveryUnknownError),
        (Answer(200, wait_s=6), DeliveryUnknownError),
        (Answer(200, body=b"cut", announced=50), DeliveryUnknownError),
        (None, NotDeliveredError),
    ],
    ids=["taken", "gone", "throttled", "forbidden", "broken", "silent", "cut off", "nobody there"],
)
def test_it_is_known_what_may_have_been_sent(
    monkeypatch: pytest.MonkeyPatch, answer: Answer | None, outcome: type[Exception] | None
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with receiver(*([answer] if answer else [])) as there:
        port = there.port if answer else unused_port()
        monkeypatch.setenv("FOURFOLD_PROGRESS_ENDPOINT", f"http://127.0.0.1:{port}")
        progress_wiring.sender.cache_clear()
        with pytest.raises(outcome) if outcome else nullcontext():
            progress_wiring.sender().send(CONNECTION, "{}")
        assert len(there.requests) == (1 if answer else 0), "nothing is sent again by itself"
    progress_wiring.sender.cache_clear()
