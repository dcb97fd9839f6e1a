"""One key, one run: whoever repeats a request gets the first one's result."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from functions import clock, wiring
from functions.api.wiring import submissions
from tests.contract.api.conftest import OTHER_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
KEYED = {"Idempotency-Key": "order-1 (first try)"}
ASYNC = {**KEYED, "Prefer": "respond-async"}


def create(api: Api, headers: dict[str, str] | None = None, **request: Any) -> httpx.Response:
    return api.call("POST", "/v1/personas", headers=headers or KEYED, **({"json": BRIEF} | request))


def test_a_repeated_request_gets_the_same_persona(api: Api) -> None:
    first, second = create(api), create(api)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert second.headers["location"] == first.headers["location"]
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert second.headers["request-id"] != first.headers["request-id"]
    assert len(api.machine.started) == 1


def test_the_same_body_may_be_written_otherwise(api: Api) -> None:
    create(api)
    body = json.dumps({"stream": False, **BRIEF}, indent=2)
    again = create(api, {**KEYED, "Content-Type": "application/json"}, json=None, content=body)
    assert again.headers["idempotency-replayed"] == "true"


def test_another_body_under_the_key_is_refused(api: Api) -> None:
    create(api)
    for body in ({"intent": BRIEF["intent"] + " "}, {**BRIEF, "stream": True}):
        reply = create(api, json=body)
        assert (reply.status_code, reply.json()["code"]) == (422, "idempotency_key_reused")
    assert len(api.machine.started) == 1


def test_a_key_means_one_thing_per_workspace(api: Api) -> None:
    mine, theirs = create(api).json(), create(api, key=OTHER_KEY).json()
    assert mine["id"] != theirs["id"]


def test_while_the_first_one_waits_a_second_one_is_told_where_the_run_is(api: Api) -> None:
    api.machine.fate = "silent"
    receipt = create(api, ASYNC).json()
    reply = create(api)
    assert (reply.status_code, reply.json()["code"]) == (409, "request_in_progress")
    assert reply.headers["location"] == f"/v1/runs/{receipt['run_id']}"


def test_a_repeated_asynchronous_request_gets_the_same_receipt(api: Api) -> None:
    api.machine.fate = "silent"
    first, second = create(api, ASYNC), create(api, ASYNC)
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.machine.started) == 1


def test_a_repeated_request_of_a_failed_run_gets_its_problem(api: Api) -> None:
    api.machine.fate = "failed"
    first, second = create(api), create(api)
    assert (first.status_code, second.status_code) == (502, 502)
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.machine.started) == 1


def test_a_repeated_stream_is_the_same_stream(api: Api) -> None:
    body = {**BRIEF, "stream": True}
    first, second = create(api, json=body), create(api, json=body)
    assert second.text == first.text
    assert second.headers["idempotency-replayed"] == "true"


def test_a_run_that_did_not_start_leaves_the_key_free(api: Api) -> None:
    api.machine.fate = "refused"
    assert create(api).status_code == 503
    api.machine.fate = "active"
    again = create(api)
    assert again.status_code == 201
    assert "idempotency-replayed" not in again.headers
    assert create(api).json() == again.json()


@pytest.mark.parametrize("waiting", [True, False])
def test_twenty_at_once_start_one_run(api: Api, waiting: bool) -> None:
    async def all_at_once() -> list[httpx.Response]:
        async with api.client() as client:
            headers = KEYED if waiting else ASYNC
            return await asyncio.gather(*(client.post("/v1/personas", json=BRIEF, headers=headers) for _ in range(20)))

    replies = asyncio.run(all_at_once())
    [(run_id, _)] = api.machine.started
    assert set(Counter(reply.status_code for reply in replies)) <= ({201, 409} if waiting else {202})
    assert sum("idempotency-replayed" not in reply.headers for reply in replies if reply.status_code != 409) == 1
    assert {reply.json().get("run_id", run_id) for reply in replies} == {run_id}
    kinds = Counter(item["sk"]["S"] for item in api.stored("personas"))
    assert (kinds["PERSONA"], kinds["RUN"]) == (1, 1)


def _later(monkeypatch: pytest.MonkeyPatch, seconds: int) -> None:
    """The clock of everybody who reads it from the wiring, moved on."""
    submissions.cache_clear()
    wiring.run_repository.cache_clear()
    wiring.run_context.cache_clear()
    real = clock.now
    for where in (clock, wiring):
        monkeypatch.setattr(where, "now", lambda: real() + timedelta(seconds=seconds))


def test_a_crash_before_the_start_is_finished_by_the_next_try(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.machine.fate = "silent"
    receipt = create(api, ASYNC).json()
    before = list(api.machine.started)
    api.machine.started.clear()  # as if the process had died before StartExecution
    assert create(api).status_code == 409
    assert api.machine.started == before, "the same input: an execution that did start is not started twice"
    api.machine.started.clear()
    _later(monkeypatch, 11)
    api.machine.fate = "active"
    reply = create(api)
    assert (reply.status_code, reply.json()["id"]) == (201, receipt["persona_id"])
    assert api.machine.started == before


@pytest.mark.parametrize("body", [BRIEF, {**BRIEF, "count": 2}])
def test_a_write_that_fails_before_the_start_is_made_good_by_the_next_try(
    api: Api, monkeypatch: pytest.MonkeyPatch, body: dict[str, Any]
) -> None:
    """The run is stored and its first event is not, as on a full disk; the request is sent again at once."""
    api.machine.fate = "silent"

    def full(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.test")

    with monkeypatch.context() as broken:
        broken.setattr("fourfold.pipeline.submit.log_start", full)
        assert create(api, ASYNC, json=body).status_code >= 500
    assert api.machine.started == []
    assert create(api, ASYNC, json=body).status_code == 202
    assert len(api.machine.started) == body.get("count", 1)
    assert create(api, ASYNC, json=body).status_code == 202
    assert len(api.machine.started) == body.get("count", 1)


def test_a_young_run_that_cannot_be_started_again_is_not_ended(api: Api) -> None:
    api.machine.fate = "silent"
    receipt = create(api, ASYNC).json()
    api.machine.started.clear()
    api.machine.fate = "refused"
    assert create(api, ASYNC).status_code == 503
    assert api.run(receipt["run_id"]).status == "running"


def test_a_key_is_free_again_after_a_day(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    first = create(api).json()
    _later(monkeypatch, 24 * 3600 + 2)
    assert create(api).json()["id"] != first["id"]


def test_the_key_is_not_stored_in_the_clear(api: Api) -> None:
    create(api)
    assert KEYED["Idempotency-Key"] not in json.dumps(api.stored("idempotency"))


def test_a_bad_request_uses_up_no_key(api: Api) -> None:
    assert create(api, json={"intent": ""}).status_code == 422
    assert create(api).status_code == 201
