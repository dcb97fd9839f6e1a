"""POST /v1/personas: the persona, a receipt, or the reason why not."""

from __future__ import annotations

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from fourfold.persona import PersonaStatus
from fourfold.personas.filters import PersonaFilter
from fourfold.progress.run import RunStatus
from functions import wiring
from tests.contract.api.conftest import KEY, Api, Live

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


def test_waits_and_answers_with_the_persona(api: Api) -> None:
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    persona = reply.json()
    assert reply.status_code == 201
    assert reply.headers["location"] == f"/v1/personas/{persona['id']}"
    assert (persona["status"], persona["intent"]) == ("active", BRIEF["intent"])
    assert persona["self"]["big_five"]["extraversion"] == 0.25
    assert api.call("GET", reply.headers["location"]).json() == persona


def test_the_execution_carries_the_runs_name_and_the_pinned_state(api: Api) -> None:
    persona = api.call("POST", "/v1/personas", json=BRIEF).json()
    [(name, state)] = api.machine.started
    assert name == state.run_id == persona["run_id"]
    assert (state.persona_id, state.workspace_id, state.intent) == (persona["id"], "ws_one", BRIEF["intent"])
    assert state.log_seq == 1


def test_a_flagged_persona_is_created_too(api: Api) -> None:
    api.machine.fate = "flagged"
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    assert (reply.status_code, reply.json()["status"]) == (201, "flagged")


def test_a_failed_run_answers_its_problem(api: Api) -> None:
    api.machine.fate = "failed"
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    told = reply.json()
    assert (reply.status_code, told["status"], told["code"]) == (502, 502, "model_refused")
    assert reply.headers["location"] == told["instance"] == f"/v1/runs/{api.machine.started[0][0]}"
    assert told["request_id"] == reply.headers["request-id"]
    run = api.call("GET", reply.headers["location"]).json()
    assert (run["status"], run["error"]["code"]) == ("failed", "model_refused")
    assert api.call("GET", f"/v1/personas/{run['persona_id']}").json()["status"] == "failed"


def test_a_refused_start_fails_the_run_and_asks_to_try_again(api: Api) -> None:
    api.machine.fate = "refused"
    reply = api.call("POST", "/v1/personas", json=BRIEF)
    assert (reply.status_code, reply.json()["code"]) == (503, "run_not_started")
    assert int(reply.headers["retry-after"]) > 0
    [persona] = wiring.persona_search().page("ws_one", PersonaFilter(), 10).personas
    assert persona.status is PersonaStatus.FAILED
    assert persona.run_id is not None
    assert api.run(persona.run_id).status is RunStatus.FAILED
    assert [entry.event.type for entry in wiring.event_store("ws_one", persona.run_id).entries()] == [
        "run.started",
        "pipeline.failed",
    ]


@pytest.mark.parametrize("prefer", ["respond-async", "Respond-Async ,handling=lenient", "wait=0, respond-async"])
def test_respond_async_answers_at_once(api: Api, prefer: str) -> None:
    api.machine.hold.clear()
    reply = api.call("POST", "/v1/personas", json=BRIEF, headers={"Prefer": prefer})
    receipt = reply.json()
    assert reply.status_code == 202
    assert "respond-async" in reply.headers["preference-applied"]
    assert reply.headers["location"] == f"/v1/runs/{receipt['run_id']}"
    assert receipt["status"] == "running"
    assert api.call("GET", reply.headers["location"]).json()["status"] == "running"
    assert api.call("GET", f"/v1/personas/{receipt['persona_id']}").json()["status"] == "generating"


def test_a_short_patience_ends_in_a_receipt_and_a_long_one_in_the_persona(api: Api) -> None:
    api.machine.hold.clear()
    began = time.monotonic()
    short = api.call("POST", "/v1/personas", json=BRIEF, headers={"Prefer": "wait=1"})
    assert (short.status_code, short.headers["preference-applied"]) == (202, "wait=1")
    assert 1 <= time.monotonic() - began < 10  # without a preference it waits for 240 seconds
    api.machine.hold.set()
    long = api.call("POST", "/v1/personas", json=BRIEF, headers={"Prefer": "wait=20"})
    assert long.status_code == 201


def test_a_client_that_leaves_does_not_stop_the_run(live: Live) -> None:
    live.api.machine.hold.clear()
    address, body = httpx.URL(live.url), json.dumps(BRIEF)
    head = f"POST /v1/personas HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\n"
    with socket.create_connection((address.host, address.port or 80), timeout=20) as leaving:
        leaving.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        while not live.api.machine.started:
            time.sleep(0.01)
    while live.server.server_state.connections:  # until the server has noticed it
        time.sleep(0.01)
    live.api.machine.hold.set()
    [(run_id, _)] = live.api.machine.started
    deadline = time.monotonic() + 30
    while live.api.run(run_id).status is RunStatus.RUNNING:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert live.api.run(run_id).status is RunStatus.COMPLETED


def test_a_stopping_server_answers_those_who_wait_with_a_receipt(live: Live) -> None:
    live.api.machine.fate = "silent"
    with live.client() as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.post, "/v1/personas", json=BRIEF)
        while not live.api.machine.started:
            time.sleep(0.01)
        live.stop()
        assert waiting.result(10).status_code == 202
