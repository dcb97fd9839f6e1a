"""Live progress after the engine was stopped, and after it was killed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.local_server import LocalServer, eventually
from tests.integration.progress_client import ProgressClient, connected

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


@pytest.fixture
def own(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server of the test's own."""
    server = LocalServer(tmp_path_factory.mktemp("progress"))
    server.borrow_assembly(stack)
    server.start()
    yield server
    assert server.stop() == 0, server.said()


def start(server: LocalServer) -> str:
    reply = server.call("POST", "/v1/personas", body=BRIEF, headers={"Prefer": "respond-async"})
    return str(reply.json()["run_id"])


def logged(server: LocalServer, run_id: str) -> list[dict[str, Any]]:
    reply = server.call("GET", f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})
    events: list[dict[str, Any]] = reply.json()["data"]
    return events


def followed(server: LocalServer, client: ProgressClient) -> str:
    """A run that is followed from its first event on, live; its id."""
    client.ask(action="subscribe", workspace=True)
    run_id = start(server)
    assert [event for event in client.events(run_id) if event["run_id"] == run_id] == logged(server, run_id)
    return run_id


def test_events_go_on_reaching_clients_after_a_restart(own: LocalServer) -> None:
    with connected(own) as client:
        before = followed(own, client)
        began = time.monotonic()
        assert own.stop() == 0, own.said()
        assert time.monotonic() - began < 10, "connected clients do not hold up a stop"
    own.start()
    assert own.aws("dynamodb").scan(TableName=own.outputs()["ConnectionsTableName"])["Count"] == 0
    with connected(own) as client:
        client.ask(action="subscribe", run_id=before, after=3)
        assert client.events(before) == logged(own, before)[3:]
        followed(own, client)
    own.kill()
    own.start()
    with connected(own) as client:
        followed(own, client)


def test_a_record_that_cannot_be_pushed_is_in_no_run_s_way(own: LocalServer) -> None:
    broken = {"pk": {"S": "WS#ws_local#RUN#broken"}, "sk": {"N": "1"}, "doc": {"S": "no json"}}
    own.aws("dynamodb").put_item(TableName=own.outputs()["RunEventsTableName"], Item=broken)
    eventually(lambda: "failed processing DynamoDB stream batch" in own.home.log.read_text(encoding="utf-8"))
    run_id = start(own)
    eventually(lambda: own.call("GET", f"/v1/runs/{run_id}").json()["status"] == "completed")
