"""Live progress after the engine was stopped, and after it was killed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from fourfold.cli.progress_feed import Feed
from tests.integration.local_server import LocalServer, eventually
from tests.integration.progress_client import ProgressClient, address, connected

pytestmark = pytest.mark.deep(part="restarts")

# A sender waits five seconds for an answer, other callers of the engine for nine at least.
STALL_S = 6.0
BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


@pytest.fixture
def own(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server of the test's own."""
    server = LocalServer(tmp_path_factory.mktemp("progress"))
    server.borrow_assembly(stack)
    server.start()
    server.without_jobs()
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
        assert time.monotonic() - began < 30, "connected clients do not hold up a stop"
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
    eventually(lambda: "did not take 1 stream records" in own.home.log.read_text(encoding="utf-8"))
    run_id = start(own)
    eventually(lambda: own.call("GET", f"/v1/runs/{run_id}").json()["status"] == "completed")


def test_a_stall_of_the_service_doubles_nothing_and_loses_nothing(own: LocalServer) -> None:
    """For longer than a sender waits for an answer the service stands still. Then it does what it had been asked."""
    feeds = [Feed(lambda: address(own), own.api_key, [{"workspace": True}]) for _ in range(3)]
    heard: list[list[dict[str, Any]]] = [[] for _ in feeds]
    over = threading.Event()

    def listen(number: int) -> None:
        for event in feeds[number].events():
            if event is not None:
                heard[number].append(event)
            if over.is_set():
                return

    with ThreadPoolExecutor(len(feeds)) as pool, connected(own) as bare:
        bare.ask(action="subscribe", workspace=True)
        listening = [pool.submit(listen, number) for number in range(len(feeds))]
        eventually(lambda: all(feed.connected for feed in feeds))
        runs = [start(own) for _ in range(4)]
        sent_bare = [bare.hear() for _ in range(8)]
        own.stand_still(STALL_S)
        for run_id in runs:
            eventually(lambda run_id=run_id: own.call("GET", f"/v1/runs/{run_id}").json()["status"] == "completed")
        logs = {run_id: logged(own, run_id) for run_id in runs}
        eventually(lambda: all(_of_runs(events, runs) == logs for events in heard))
        over.set()
        for future in listening:
            future.result()
        with suppress(ConnectionClosed, TimeoutError):
            while True:
                sent_bare.append(bare.hear(1))
    for run_id, events in _of_runs(sent_bare, runs).items():
        assert events == logs[run_id][: len(events)], "over one connection none comes twice and none is left out"


def _of_runs(events: list[dict[str, Any]], runs: list[str]) -> dict[str, list[dict[str, Any]]]:
    return {run_id: [event for event in events if event["run_id"] == run_id] for run_id in runs}
