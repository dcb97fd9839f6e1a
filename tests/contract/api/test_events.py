"""A run's events as a stream: all of them, once, in order, from wherever the client left off."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, connect_sse

from fourfold.http import sse, tail
from functions import wiring
from tests.contract.api.conftest import OTHER_KEY, Api, Live

BRIEF = {"intent": "A shy founder, 34, in Istanbul", "stream": True}
ASYNC = {"Prefer": "respond-async"}


def events_of(text: str) -> list[tuple[str | None, str, Any]]:
    """(id, event, data) of a finished stream, by the letter of the format."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append((fields.get("id"), fields["event"], json.loads(fields["data"])))
    return found


def test_a_stream_is_the_log_and_then_the_persona(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.headers["cache-control"] == "no-store"
    assert reply.text.startswith(": heartbeat\n\nretry: 3000\nid: 1\n")
    *logged, (last_id, last, persona) = events_of(reply.text)
    [(run_id, state)] = api.machine.started
    assert reply.headers["location"] == f"/v1/runs/{run_id}"
    assert [(int(number or 0), data) for number, _, data in logged] == [
        (entry.seq, entry.body()) for entry in wiring.event_store("ws_one", run_id).entries()
    ]
    assert [event for _, event, _ in logged] == [data["type"] for _, _, data in logged]
    assert (logged[0][1], logged[-1][1]) == ("run.started", "pipeline.completed")
    assert (last_id, last) == (None, "persona")
    assert persona == api.call("GET", f"/v1/personas/{state.persona_id}").json()


def test_accept_asks_for_a_stream_too(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json={"intent": "x"}, headers={"Accept": "text/event-stream"})
    assert reply.headers["content-type"].startswith("text/event-stream")
    for refused in ("text/event-stream;q=0, */*", "application/json, text/event-stream;q=0.5"):
        reply = api.call("POST", "/v1/personas", json={"intent": "x"}, headers={"Accept": refused})
        assert reply.headers["content-type"] == "application/json"


def test_a_failed_run_streams_its_problem(api: Api) -> None:
    api.machine.fate = "failed"
    *_, (_, event, data) = events_of(api.call("POST", "/v1/personas", json=BRIEF).text)
    assert (event, data["problem"]["code"]) == ("pipeline.failed", "model_refused")


@pytest.mark.parametrize("by_header", [True, False])
def test_a_stream_resumes_anywhere_without_loss_or_repetition(api: Api, by_header: bool) -> None:
    run_id = api.call("POST", "/v1/personas", json=BRIEF).headers["location"].rpartition("/")[2]
    everything = events_of(api.call("GET", f"/v1/runs/{run_id}/events").text)
    assert everything[-1][1] == "pipeline.completed"
    for seen in range(len(everything)):
        asked = {"headers": {"Last-Event-ID": str(seen)}} if by_header else {"params": {"after": seen}}
        reply = api.call("GET", f"/v1/runs/{run_id}/events", **asked)
        assert events_of(reply.text) == everything[seen:]


def test_who_has_seen_the_end_is_told_not_to_come_back(api: Api) -> None:
    run_id = api.call("POST", "/v1/personas", json=BRIEF).headers["location"].rpartition("/")[2]
    newest = len(events_of(api.call("GET", f"/v1/runs/{run_id}/events").text))
    assert api.call("GET", f"/v1/runs/{run_id}/events", params={"after": newest}).status_code == 204
    for unknown in (str(newest + 1), "-1", "x", "", "9" * 40):
        reply = api.call("GET", f"/v1/runs/{run_id}/events", headers={"Last-Event-ID": unknown})
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, "Last-Event-ID")


def test_the_events_so_far_as_json(api: Api) -> None:
    api.machine.fate = "silent"
    receipt = api.call("POST", "/v1/personas", json={"intent": "x"}, headers=ASYNC).json()
    reply = api.call("GET", f"/v1/runs/{receipt['run_id']}/events", headers={"Accept": "application/json"}).json()
    assert [event["type"] for event in reply["data"]] == ["run.started"]
    assert reply["has_more"] is True


def _started(live: Live) -> str:
    with live.client() as client:
        run_id: str = client.post("/v1/personas", json={"intent": "x"}, headers=ASYNC).json()["run_id"]
        return run_id


def _follow(live: Live, run_id: str, after: int = 0) -> Iterator[ServerSentEvent]:
    with (
        live.client() as client,
        connect_sse(client, "GET", f"/v1/runs/{run_id}/events", params={"after": after}) as source,
    ):
        yield from source.iter_sse()


def test_events_arrive_as_they_happen(live: Live) -> None:
    live.api.machine.hold.clear()
    run_id = _started(live)
    stream = _follow(live, run_id)
    assert next(stream).event == "run.started"  # while the run is held
    live.api.machine.hold.set()
    later = list(stream)
    assert [int(event.id) for event in later] == list(range(2, len(later) + 2))
    assert later[-1].event == "pipeline.completed"


def test_a_client_that_comes_back_in_mid_run_gets_the_rest(live: Live) -> None:
    live.api.machine.hold.clear()
    run_id = _started(live)
    stream = _follow(live, run_id)
    seen = int(next(stream).id)
    stream.close()  # type: ignore[attr-defined]
    live.api.machine.hold.set()
    rest = [int(event.id) for event in _follow(live, run_id, seen)]
    assert rest == list(range(seen + 1, rest[-1] + 1))


def test_quiet_streams_beat(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.2)
    live.api.machine.fate = "silent"
    run_id = _started(live)
    with live.client() as client, client.stream("GET", f"/v1/runs/{run_id}/events") as reply:
        beats = (line for line in reply.iter_lines() if line.startswith(":"))
        assert [next(beats) for _ in range(3)] == [": heartbeat"] * 3


def test_a_stopping_server_ends_its_streams_with_an_event(live: Live) -> None:
    live.api.machine.fate = "silent"
    stream = _follow(live, _started(live))
    assert next(stream).event == "run.started"
    began = time.monotonic()
    live.stop()
    [farewell] = list(stream)
    assert (farewell.event, json.loads(farewell.data)["code"]) == ("error", "service_stopping")
    assert time.monotonic() - began < 10  # a silent run's stream has no end


def test_an_error_after_the_first_byte_is_an_event(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    live.api.machine.fate = "silent"
    stream = _follow(live, _started(live))
    assert next(stream).event == "run.started"

    def broken(*_: object) -> None:
        raise RuntimeError("the brief is in here")

    monkeypatch.setattr("fourfold.storage.progress.events.DynamoEventStore.entries", broken)
    [farewell] = list(stream)
    told = json.loads(farewell.data)
    assert (farewell.event, told["code"], told["status"]) == ("error", "internal_error", 500)
    assert told["request_id"].startswith("req_")
    assert "brief" not in farewell.data


def test_a_run_that_ended_without_its_last_event_ends_its_stream(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log expires after 30 days; whoever follows it then must not wait for ever."""
    monkeypatch.setattr(tail, "CHECK_ENDED_EVERY_S", 0.1)
    run_id = api.call("POST", "/v1/personas", json=BRIEF).headers["location"].rpartition("/")[2]
    for item in api.stored("run-events"):
        api.tables.delete_item(TableName="run-events", Key={"pk": item["pk"], "sk": item["sk"]})
    assert api.call("GET", f"/v1/runs/{run_id}/events").status_code == 204


def test_fifty_waiting_clients_keep_nobody_from_being_served(live: Live) -> None:
    live.api.machine.fate = "silent"
    with httpx.Client(base_url=live.url, timeout=30, headers=live.client().headers) as client:
        run_id = _started(live)
        leaving = threading.Event()

        def follow() -> None:
            for _ in _follow(live, run_id):
                leaving.wait(20)
                return

        followers = [threading.Thread(target=follow) for _ in range(50)]
        for follower in followers:
            follower.start()
        deadline = time.monotonic() + 20
        while live.api.app.state.tails.followers < 50:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        took = []
        for _ in range(20):
            began = time.monotonic()
            assert client.get("/v1/personas").status_code == 200
            took.append(time.monotonic() - began)
        leaving.set()
        for follower in followers:
            follower.join(10)
    assert sorted(took)[10] < 5  # a request that had to wait for one of the fifty takes 20 seconds
    deadline = time.monotonic() + 30
    while live.api.app.state.tails.followers:
        assert time.monotonic() < deadline, "a client that left is still followed for"
        time.sleep(0.05)


def test_nobody_follows_another_workspaces_run(live: Live) -> None:
    run_id = _started(live)
    with live.client(OTHER_KEY) as client:
        assert client.get(f"/v1/runs/{run_id}/events").status_code == 404


def test_the_events_of_a_run_can_be_listed(api: Api) -> None:
    run = api.call("POST", "/v1/personas", json={"intent": BRIEF["intent"]}).json()["run_id"]
    streamed = [data for _, _, data in events_of(api.call("GET", f"/v1/runs/{run}/events").text)]
    listed = api.call("GET", f"/v1/runs/{run}/events/list").json()
    assert listed == {"data": streamed, "has_more": False}
    after = api.call("GET", f"/v1/runs/{run}/events/list?after={streamed[2]['seq']}").json()
    assert after["data"] == streamed[3:]
    assert api.call("GET", f"/v1/runs/{run}/events/list", key=OTHER_KEY).status_code == 404


@pytest.mark.parametrize("after", [99, 10**9, 10**40])
def test_the_list_after_a_number_that_no_event_has_is_empty(api: Api, after: int) -> None:
    run = api.call("POST", "/v1/personas", json={"intent": BRIEF["intent"]}).json()["run_id"]
    listed = api.call("GET", f"/v1/runs/{run}/events/list", params={"after": after})
    assert (listed.status_code, listed.json()) == (200, {"data": [], "has_more": False})
