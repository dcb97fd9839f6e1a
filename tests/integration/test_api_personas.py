"""The API on the real engine: runs of the deployed state machine, over a real socket, with the API's own role."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from httpx_sse import ServerSentEvent, connect_sse

from fourfold.steps import STEP_ORDER
from tests.integration.local_server import eventually

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
CONTRADICTION = {"intent": "a nine-year-old retired judge"}


def test_a_brief_becomes_a_persona(client: httpx.Client) -> None:
    reply = client.post("/v1/personas", json=BRIEF)
    persona = reply.json()
    assert reply.status_code == 201, reply.text
    assert (persona["status"], persona["intent"], persona["surface"]["age"]) == ("active", BRIEF["intent"], 34)
    assert all(persona[layer] for layer in ("soul", "self", "mask", "surface", "audit"))
    assert client.get(reply.headers["location"]).json() == persona
    assert persona["id"] == client.get("/v1/personas", params={"limit": 1}).json()["data"][0]["id"]
    run = client.get(f"/v1/runs/{persona['run_id']}").json()
    assert [step["step"] for step in run["attempts"][0]["steps"]] == list(STEP_ORDER)
    assert run["usage"] == persona["usage"]


def test_an_asynchronous_run_can_be_followed_and_taken_up_again(client: httpx.Client) -> None:
    reply = client.post("/v1/personas", json=BRIEF, headers={"Prefer": "respond-async"})
    assert (reply.status_code, reply.headers["preference-applied"]) == (202, "respond-async")
    run = reply.headers["location"]
    seen: list[int] = []
    while True:  # leave after every third event
        reached_end = False
        for event in _events(client, "GET", f"{run}/events", headers={"Last-Event-ID": str(len(seen))}):
            seen.append(int(event.id))
            reached_end = event.event == "pipeline.completed"
            if len(seen) % 3 == 0:
                break
        if reached_end:
            break
    assert seen == list(range(1, len(seen) + 1))
    assert client.get(f"{run}/events", headers={"Last-Event-ID": str(len(seen))}).status_code == 204
    assert client.get(run).json()["status"] == "completed"


def test_a_stream_shows_the_steps_and_ends_with_the_persona(client: httpx.Client) -> None:
    events = list(_events(client, "POST", "/v1/personas", json={**BRIEF, "stream": True}))
    started = [json.loads(event.data)["step"] for event in events if event.event == "step.started"]
    assert started == list(STEP_ORDER)
    assert [event.event for event in events[-2:]] == ["pipeline.completed", "persona"]
    persona = json.loads(events[-1].data)
    assert persona == client.get(f"/v1/personas/{persona['id']}").json()


def test_a_contradictory_brief_is_flagged_after_its_last_retry(client: httpx.Client) -> None:
    persona = client.post("/v1/personas", json=CONTRADICTION).json()
    assert persona["status"] == "flagged"
    assert persona["audit"]["overall"] < 3.5
    run = client.get(f"/v1/runs/{persona['run_id']}").json()
    assert (run["status"], len(run["attempts"])) == ("completed", 4)
    assert persona["audit"]["overall"] == max(attempt["overall"] for attempt in run["attempts"])


def test_twenty_runs_at_once_all_complete(client: httpx.Client) -> None:
    def create(number: int) -> httpx.Response:
        return client.post("/v1/personas", json={"intent": f"{BRIEF['intent']}, neighbour number {number}"})

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(create, range(20)))
    assert [reply.status_code for reply in replies] == [201] * 20
    assert len({reply.json()["id"] for reply in replies}) == 20
    assert [reply.json()["intent"].rpartition(" ")[2] for reply in replies] == [str(number) for number in range(20)]


def test_twenty_equal_requests_are_one_run(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}

    def create(_: int) -> httpx.Response:
        return client.post("/v1/personas", json=BRIEF, headers=headers)

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(create, range(20)))
    assert {reply.status_code for reply in replies} <= {201, 409}
    again = client.post("/v1/personas", json=BRIEF, headers=headers)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    runs = {_run_of(reply) for reply in [*replies, again]}
    assert len(runs) == 1


def test_a_client_that_leaves_does_not_stop_the_run(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    newest = client.get("/v1/personas", params={"limit": 1}).json()["data"]
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/personas", json=BRIEF, headers=headers, timeout=httpx.Timeout(10, read=0.05))
    eventually(lambda: client.get("/v1/personas", params={"limit": 1}).json()["data"] != newest)
    reply = eventually(lambda: _if_created(client, headers))
    assert reply.headers["idempotency-replayed"] == "true"


def test_ten_megabytes_are_refused_and_nothing_is_stored(client: httpx.Client) -> None:
    newest = client.get("/v1/personas", params={"limit": 1}).json()["data"]
    reply = client.post("/v1/personas", content=b'{"intent": "' + b"x" * 10_000_000, headers=_JSON)
    assert (reply.status_code, reply.json()["code"]) == (413, "body_too_large")
    assert client.get("/v1/personas", params={"limit": 1}).json()["data"] == newest


def test_a_bad_request_is_refused_quickly_and_starts_nothing(client: httpx.Client) -> None:
    newest = client.get("/v1/personas", params={"limit": 1}).json()["data"]
    began = time.monotonic()
    for body in ({"intent": ""}, {"intent": "x", "model": "y"}, {"intent": "x\0"}, ["x"]):
        assert client.post("/v1/personas", json=body).status_code == 422
    assert time.monotonic() - began < 5
    assert client.get("/v1/personas", params={"limit": 1}).json()["data"] == newest


_JSON = {"Content-Type": "application/json"}


def _events(client: httpx.Client, method: str, path: str, **request: Any) -> Iterator[ServerSentEvent]:
    with connect_sse(client, method, path, **request) as source:
        yield from source.iter_sse()


def _run_of(reply: httpx.Response) -> str:
    run_id: str = reply.json().get("run_id") or reply.headers["location"].rpartition("/")[2]
    return run_id


def _if_created(client: httpx.Client, headers: dict[str, str]) -> httpx.Response | None:
    reply = client.post("/v1/personas", json=BRIEF, headers=headers)
    return reply if reply.status_code == 201 else None
