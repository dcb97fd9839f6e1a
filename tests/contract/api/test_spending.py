"""Spending is counted for the workspace, whichever of its keys spends; chats of one workspace leave room for others."""

from __future__ import annotations

from typing import Any

import pytest

from functions.api import spending, wiring
from tests.contract.api.config_calls import Settings, put
from tests.contract.api.conftest import FULL_KEY, KEY, OTHER_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


def limit(api: Api, **limits: int) -> None:
    operator = Settings(api, FULL_KEY)
    operator.done(*(put(f"api.limits.{name}", value) for name, value in limits.items()), scope="system")


def test_two_keys_of_a_workspace_spend_from_one_limit(api: Api) -> None:
    limit(api, spending_per_minute=2)
    assert [api.call("POST", "/v1/personas", key, json=BRIEF).status_code for key in (KEY, FULL_KEY)] == [201, 201]
    for key in (KEY, FULL_KEY):
        refused = api.call("POST", "/v1/personas", key, json=BRIEF)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert len(api.machine.started) == 2
    assert api.call("POST", "/v1/personas", OTHER_KEY, json=BRIEF).status_code == 201
    assert api.call("GET", "/v1/personas").status_code == 200


def test_each_way_of_spending_counts(api: Api) -> None:
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    path = f"/v1/personas/{made['id']}"
    limit(api, spending_per_minute=1)
    ways: dict[str, dict[str, Any]] = {
        f"{path}/regenerate": {"from": "audit"},
        "/v1/personas/parse": BRIEF,
        f"{path}/fingerprint": {},
        f"{path}/test-suite": {},
        f"{path}/chat": {"message": "Hello"},
        "/v1/personas": BRIEF,
    }
    for way, body in ways.items():
        reply = api.call("POST", way, FULL_KEY, json=body)
        assert (reply.status_code, reply.json().get("code")) == (429, "rate_limited"), way
    assert api.orders == []


def test_imports_have_a_limit_of_their_own(api: Api) -> None:
    file = api.call("POST", "/v1/personas", json=BRIEF).json()
    limit(api, imports_per_minute=2)
    replies = [api.call("POST", "/v1/personas/import", key, json=file) for key in (KEY, FULL_KEY, KEY)]
    assert [reply.status_code for reply in replies] == [201, 201, 429]
    assert api.call("POST", "/v1/personas/import", OTHER_KEY, json=file).status_code == 201


def test_an_import_is_spending_too(api: Api) -> None:
    limit(api, spending_per_minute=2)
    file = api.call("POST", "/v1/personas", json=BRIEF).json()
    assert api.call("POST", "/v1/personas/import", json=file).status_code == 201
    assert api.call("POST", "/v1/personas/import", json=file).status_code == 429
    assert api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).status_code == 429


def test_a_refused_import_may_be_repeated_under_its_key(api: Api) -> None:
    file = api.call("POST", "/v1/personas", json=BRIEF).json()
    limit(api, imports_per_minute=1)
    named = {"Idempotency-Key": "one"}
    assert api.call("POST", "/v1/personas/import", json=file).status_code == 201
    assert api.call("POST", "/v1/personas/import", json=file, headers=named).status_code == 429
    limit(api, imports_per_minute=9)
    assert api.call("POST", "/v1/personas/import", json=file, headers=named).status_code == 201


def test_chats_of_one_workspace_leave_threads_for_others(api: Api) -> None:
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    spending._chats["ws_one"] = spending.MAX_CHATS_IN_PROCESS  # noqa: SLF001 - as many as are held
    try:
        body = {"message": "Hello"}
        refused = api.call("POST", f"/v1/personas/{made['id']}/chat", FULL_KEY, json=body)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        streamed = api.call("POST", f"/v1/personas/{made['id']}/chat", FULL_KEY, json={**body, "stream": True})
        assert "event: error" in streamed.text
        assert "rate_limited" in streamed.text
    finally:
        spending._chats.clear()  # noqa: SLF001


@pytest.mark.parametrize("path", ["/v1/personas/{id}/chat", "/v1/openai/chat/completions"])
@pytest.mark.parametrize("stream", [False, True])
def test_chats_of_a_workspace_are_limited_in_all_processes_together(api: Api, path: str, stream: bool) -> None:
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    path = path.format(id=made["id"])
    body: dict[str, Any] = {"message": "Hello", "stream": stream}
    if "openai" in path:
        messages = [{"role": "user", "content": "Hello"}]
        body = {"model": f"persona:{made['id']}", "messages": messages, "stream": stream}
    limit(api, concurrent_chats=2)
    elsewhere = [wiring.chat_slots().take("ws_one", 2, 60) for _ in range(2)]
    refused = api.call("POST", path, FULL_KEY, json=body)
    assert refused.status_code == (200 if stream else 429)
    assert "rate_limit" in refused.text
    assert elsewhere[0] is not None
    wiring.chat_slots().free("ws_one", elsewhere[0])
    for _ in range(3):
        reply = api.call("POST", path, FULL_KEY, json=body)
        assert reply.status_code == 200
        assert "rate_limit" not in reply.text


def test_requests_that_follow_runs_are_limited_in_all_processes_together(api: Api) -> None:
    limit(api, open_streams=2)
    api.machine.fate = "silent"  # what has ended is not followed
    elsewhere = [wiring.stream_slots().take("ws_one", 2, 60) for _ in range(2)]
    waiting = api.call("POST", "/v1/personas", json=BRIEF)
    assert waiting.status_code == 202, "it does not wait, and the run goes its way"
    streamed = api.call("POST", "/v1/personas", json={**BRIEF, "stream": True})
    assert (streamed.status_code, "rate_limited" in streamed.text) == (200, True)
    assert len(api.machine.started) == 2
    api.machine.fate = "active"
    events = f"/v1/runs/{waiting.json()['run_id']}/events"
    refused = api.call("GET", events)
    assert (refused.status_code, refused.json()["code"], refused.headers["retry-after"]) == (429, "rate_limited", "10")
    assert api.call("POST", "/v1/personas", OTHER_KEY, json=BRIEF).status_code == 201
    assert elsewhere[0] is not None
    wiring.stream_slots().free("ws_one", elsewhere[0])
    for _ in range(3):  # each gives its slot back
        assert api.call("POST", "/v1/personas", json=BRIEF).status_code == 201
    ended = api.call("POST", "/v1/personas", json=BRIEF).json()["run_id"]
    wiring.stream_slots().take("ws_one", 2, 60)
    assert "pipeline.completed" in api.call("GET", f"/v1/runs/{ended}/events").text, "its events are read, not awaited"


@pytest.mark.parametrize("path", ["/v1/personas/{id}/chat", "/v1/openai/chat/completions"])
@pytest.mark.parametrize("stream", [False, True])
def test_the_model_calls_of_each_way_to_chat_are_measured(
    api: Api, path: str, stream: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    messages = [{"role": "user", "content": "Hello"}]
    body = {"model": f"persona:{made['id']}", "messages": messages} if "openai" in path else {"message": "Hello"}
    capsys.readouterr()
    assert api.call("POST", path.format(id=made["id"]), FULL_KEY, json={**body, "stream": stream}).status_code == 200
    assert '"CloudWatchMetrics"' in capsys.readouterr().out
