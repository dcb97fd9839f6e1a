"""Webhooks on the engine: a persona is made, a receiver on loopback hears of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from tests.integration.local_server import LocalServer, eventually
from tests.integration.outbox_events import store_event
from tests.unit.webhooks.receiver import Answer, Received, receiver, unused_port

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
SHORT = {"api.webhooks.retry.delays_s": [0, 1, 1, 1], "api.webhooks.timeout_s": 2}


@pytest.fixture(scope="module")
def home(stack: LocalServer) -> Iterator[LocalServer]:
    """The common stack, whose retries come soon."""
    stack.commit(SHORT)
    yield stack
    stack.reset(*SHORT)


@pytest.fixture
def killable(stack: LocalServer, tmp_path: Path) -> Iterator[LocalServer]:
    """A server of the test's own, whose retries come soon."""
    server = LocalServer(tmp_path / "webhooks")
    server.borrow_assembly(stack)
    server.start()
    server.without_jobs()
    server.commit(SHORT)
    yield server
    server.kill()


def subscribe(home: LocalServer, url: str, *events: str) -> dict[str, Any]:
    reply = home.call("POST", "/v1/webhooks", body={"url": url, "events": list(events)})
    assert reply.status_code == 201, reply.text
    created: dict[str, Any] = reply.json()
    return created


def deliveries(home: LocalServer, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    data: list[dict[str, Any]] = home.call("GET", f"/v1/webhooks/{endpoint['id']}/deliveries").json()["data"]
    return data


def verified(endpoint: dict[str, Any], request: Received) -> dict[str, Any]:
    body: dict[str, Any] = Webhook(endpoint["secret"]).verify(request.body, request.headers)
    return body


def test_a_persona_is_told_of_to_whoever_subscribed(home: LocalServer) -> None:
    with receiver() as there, receiver() as other:
        endpoint = subscribe(home, there.url, "persona.created", "persona.flagged")
        subscribe(home, other.url, "webhook.endpoint.disabled")
        persona = home.call("POST", "/v1/personas", body=BRIEF).json()
        eventually(lambda: there.requests)
        body = verified(endpoint, there.requests[0])
        assert body["type"] in {"persona.created", "persona.flagged"}
        assert body["data"]["persona_id"] == persona["id"]
        (delivery,) = eventually(lambda: [one for one in deliveries(home, endpoint) if one["status"] == "delivered"])
        assert delivery["event_id"] == there.requests[0].headers["webhook-id"]
        assert not other.requests
        assert len(there.requests) == 1


def test_a_receiver_that_was_down_hears_of_it_when_it_is_up(home: LocalServer) -> None:
    port = unused_port()
    endpoint = subscribe(home, f"http://127.0.0.1:{port}/hooks", "generation.run.started")
    event_id = store_event(home)
    eventually(lambda: deliveries(home, endpoint)[0]["attempts"] if deliveries(home, endpoint) else None)
    with receiver(port=port) as there:
        eventually(lambda: there.requests)
        verified(endpoint, there.requests[0])
        assert there.requests[0].headers["webhook-id"] == event_id
        (delivery,) = eventually(lambda: [one for one in deliveries(home, endpoint) if one["status"] == "delivered"])
        assert [made["result"] for made in delivery["attempts"]][-2:] == ["connection_failed", "delivered"]


def test_after_the_last_attempt_it_is_dead_and_can_be_replayed(home: LocalServer) -> None:
    with receiver(Answer(500)) as there:
        endpoint = subscribe(home, there.url, "generation.run.started")
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
        event_id = store_event(home)
        (dead,) = eventually(lambda: [one for one in deliveries(home, endpoint) if one["status"] == "dead"])
        assert [made["status_code"] for made in dead["attempts"]] == [500] * 4
        assert len({request.headers["webhook-id"] for request in there.requests}) == 1
        url = home.aws("sqs").list_queues()["QueueUrls"]
        (laid_by,) = (one for one in url if "WebhookQueuesDead" in one and "Letters" not in one)
        messages = home.aws("sqs").receive_message(QueueUrl=laid_by, MaxNumberOfMessages=10)["Messages"]
        assert dead["id"] in [json.loads(message["Body"])["delivery_id"] for message in messages]
        there.answers[:] = [Answer(200)]
        replayed = home.call("POST", f"/v1/webhooks/{endpoint['id']}/replay", body={"since": since})
        assert replayed.json() == {"replayed": 1, "has_more": False}
        eventually(lambda: [one for one in deliveries(home, endpoint) if one["status"] == "delivered"])
        assert there.requests[-1].headers["webhook-id"] == event_id


def test_a_receiver_that_is_gone_is_left_alone_and_others_hear_of_it(home: LocalServer) -> None:
    with receiver(Answer(410)) as gone, receiver() as there:
        watching = subscribe(home, there.url, "webhook.endpoint.disabled")
        endpoint = subscribe(home, gone.url, "generation.run.started")
        store_event(home)
        eventually(lambda: there.requests)
        assert verified(watching, there.requests[0])["data"] == {
            "endpoint_id": endpoint["id"],
            "reason": "gone",
            "failing_since": None,
        }
        assert home.call("GET", f"/v1/webhooks/{endpoint['id']}").json()["disabled_reason"] == "gone"


def test_a_ping_is_signed_with_both_secrets_of_a_rotation(home: LocalServer) -> None:
    with receiver() as there:
        endpoint = subscribe(home, there.url, "persona.flagged")
        rotated = home.call("POST", f"/v1/webhooks/{endpoint['id']}/rotate").json()
        assert home.call("POST", f"/v1/webhooks/{endpoint['id']}/ping").status_code == 202
        eventually(lambda: there.requests)
        for secret in (endpoint, rotated):
            assert verified(secret, there.requests[0])["type"] == "webhook.ping"


def test_a_receiver_that_hangs_delays_no_other(home: LocalServer) -> None:
    with receiver(Answer(wait_s=30)) as hanging, receiver() as there:
        slow = subscribe(home, hanging.url, "generation.run.started")
        endpoint = subscribe(home, there.url, "generation.run.started")
        home.call("POST", f"/v1/webhooks/{endpoint['id']}/ping")
        eventually(lambda: deliveries(home, endpoint)[0]["status"] == "delivered")  # known to be brisk from here on
        time.sleep(0.2)
        ids = {store_event(home) for _ in range(20)}
        eventually(lambda: ids <= {request.headers["webhook-id"] for request in there.requests})
        # Its four attempts of two seconds are not over for all of them, and nobody waited for that.
        assert any(one["status"] == "pending" for one in deliveries(home, slow))


def test_the_commands_receiver_verifies_what_arrives_and_forwards_it(home: LocalServer) -> None:
    environment = {**os.environ, "FOURFOLD_HOME": str(home.home.root), "COLUMNS": "200"}
    command = [sys.executable, "-m", "fourfold.cli.main", "webhooks"]
    sample = [*command, "trigger", "persona.flagged"]
    events = ["generation.run.started", "persona.flagged"]  # not those of a job that another test began
    for endpoint in home.call("GET", "/v1/webhooks").json()["data"]:  # of the tests before
        home.call("DELETE", f"/v1/webhooks/{endpoint['id']}")
    early = subprocess.run(sample, env=environment, capture_output=True, text=True, check=False)
    assert (early.returncode, early.stdout) == (1, "")
    assert "fourfold webhooks listen" in early.stderr
    with receiver() as there:
        listen = [*command, "listen", "--count", "2", "--forward-to", there.url]
        listen += [part for event in events for part in ("--event", event)]
        with subprocess.Popen(listen, env=environment, stdout=subprocess.PIPE, text=True) as listening:
            eventually(
                lambda: [each for each in home.call("GET", "/v1/webhooks").json()["data"] if each["events"] == events]
            )
            event_id = store_event(home)
            subprocess.run(sample, env=environment, capture_output=True, text=True, check=True)
            said, _ = listening.communicate(timeout=60)
        assert listening.returncode == 0
        assert said.count("✓") == 2
        assert event_id in said
        forwarded = {json.loads(request.body)["type"] for request in there.requests}
        assert forwarded == set(events)
    assert not [one for one in home.call("GET", "/v1/webhooks").json()["data"] if one["events"] == events]


@pytest.mark.deep(part="restarts")
def test_what_a_kill_cut_off_is_delivered_after_the_next_start(killable: LocalServer) -> None:
    home = killable
    port = unused_port()
    endpoint = subscribe(home, f"http://127.0.0.1:{port}/hooks", "generation.run.started")
    ids = {store_event(home) for _ in range(3)}
    eventually(lambda: len(deliveries(home, endpoint)) == 3)
    home.kill()
    with receiver(port=port) as there:
        home.start()
        for delivery in deliveries(home, endpoint):
            if delivery["status"] == "dead":  # four attempts take three seconds here
                home.call("POST", f"/v1/webhooks/{endpoint['id']}/deliveries/{delivery['id']}/replay")
        eventually(lambda: ids <= {request.headers["webhook-id"] for request in there.requests})
