"""POST /v1/personas/parse: the deployed step is asked, and what it says is told."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from functions.api import step_alone
from functions.intent_parse.handler import handler
from tests.contract.api.conftest import OTHER_KEY, READ_KEY, Api
from tests.unit.functions.test_samples import Invocation

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


class Functions:
    """Stands for Lambda: calls the handler, or answers as a function that failed."""

    def __init__(self) -> None:
        self.failure: dict[str, Any] | None = None
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's names
        assert FunctionName == "intent-parse"
        self.invoked.append(json.loads(Payload))
        if self.failure is not None:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(self.failure).encode())}
        answer = handler(self.invoked[-1], Invocation())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Functions:
    stand_in = Functions()
    monkeypatch.setattr(step_alone, "_functions", lambda: stand_in)
    monkeypatch.setenv("FOURFOLD_INTENT_PARSE_FUNCTION", "intent-parse")
    step_alone._limiter.cache_clear()  # noqa: SLF001 - it belongs to one event loop
    return stand_in


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
