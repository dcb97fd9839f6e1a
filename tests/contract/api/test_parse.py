"""POST /v1/personas/parse: the deployed step is asked, and what it says is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.api.conftest import OTHER_KEY, READ_KEY, Api, Functions

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


@pytest.fixture
def functions(api: Api) -> Functions:
    return api.functions


def test_a_brief_is_read_and_nothing_else_happens(api: Api, functions: Functions) -> None:
    reply = api.call("POST", "/v1/personas/parse", json=BRIEF)
    assert reply.status_code == 200
    found = reply.json()
    for fact in found["facts"]:
        span = fact["span"]
        assert BRIEF["intent"][span["start"] : span["end"]].lower() == fact["quote"].lower()
    assert {fact["field"]: fact["value"] for fact in found["facts"]}["surface.age"] == "34"
    assert [bound["trait"] for bound in found["constraints"] if bound["kind"] == "trait_bound"] == ["extraversion"]
    assert (found["provider"], found["usage"]["cost_usd"]) == ("offline", 0.0)
    assert len(functions.invoked) == 1
    assert api.nothing_happened()


def test_settings_of_the_call_hold(api: Api, functions: Functions) -> None:
    body = {**BRIEF, "config": {"engine.pipeline.intent_parse.max_tokens": 777}}
    assert api.call("POST", "/v1/personas/parse", json=body).status_code == 200
    assert functions.invoked[0]["parse"]["config"]["pipeline"]["intent_parse"]["max_tokens"] == 777


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        ({"errorType": "ModelError", "errorMessage": "refused: no"}, 502, "model_refused"),
        ({"errorType": "Sandbox.Timedout", "errorMessage": "Task timed out"}, 504, "run_timed_out"),
        ({"errorType": "KeyError", "errorMessage": "a shy founder"}, 500, "internal_error"),
        ({}, 500, "internal_error"),
    ],
)
def test_a_failure_is_told_without_what_is_private(
    api: Api, functions: Functions, failure: dict[str, Any], status: int, code: str
) -> None:
    functions.failure = failure
    reply = api.call("POST", "/v1/personas/parse", json=BRIEF)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert "founder" not in reply.text


@pytest.mark.parametrize(
    "body", [{}, {"intent": ""}, {"intent": "x\0"}, {"intent": "x" * 4001}, {**BRIEF, "stream": True}]
)
def test_a_bad_request_costs_nothing(api: Api, functions: Functions, body: Any) -> None:
    assert api.call("POST", "/v1/personas/parse", json=body).status_code == 422
    assert functions.invoked == []


def test_only_who_may_spend_may_ask(api: Api, functions: Functions) -> None:
    for key, status in ((None, 401), (READ_KEY, 403), (OTHER_KEY, 200)):
        assert api.call("POST", "/v1/personas/parse", json=BRIEF, key=key).status_code == status
    assert len(functions.invoked) == 1


def test_a_repeated_request_is_paid_once(api: Api, functions: Functions) -> None:
    keyed = {"Idempotency-Key": "once"}
    first, second = (api.call("POST", "/v1/personas/parse", json=BRIEF, headers=keyed) for _ in range(2))
    assert (second.status_code, second.json()) == (200, first.json())
    assert second.headers["idempotency-replayed"] == "true"
    other = api.call("POST", "/v1/personas/parse", json={"intent": "Another"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(functions.invoked) == 1
