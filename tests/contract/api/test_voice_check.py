"""Voice checks: a certificate for the same model, another voice refused, and what stops a check before it is paid."""

from __future__ import annotations

import math
from typing import Any

import httpx
import pytest

from fourfold.llm.port import ChatRequest, Completion, OnText
from fourfold.models import resolve_chat
from functions.api.voice_checks import job_requests
from functions.fingerprint import voice_check
from functions.provocation import suite_job
from tests.contract.api.conftest import FULL_KEY, OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
SAME, OTHER = "offline:composer-1", "anthropic:claude-haiku-4-5"


class Assistant:
    """A model that loses the persona's voice: it answers as a plain assistant does."""

    name = OTHER

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        plain = ChatRequest("You are a helpful assistant.", request.messages, request.max_tokens, request.timeout_s)
        return resolve_chat(SAME).reply(plain, on_text)


@pytest.fixture
def persona(api: Api) -> str:
    return made_once(api, _persona)


def _persona(api: Api) -> str:
    made = str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])
    assert api.call("POST", f"/v1/personas/{made}/fingerprint", FULL_KEY).status_code == 202
    api.do_jobs()
    return made


@pytest.fixture
def other_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_requests, "available_providers", lambda _: {"offline", "anthropic"})
    monkeypatch.setattr(voice_check, "resolve_chat", lambda name: Assistant() if name == OTHER else resolve_chat(name))


def asked(api: Api, persona: str, model: str = SAME, key: str | None = None) -> httpx.Response:
    headers = {} if key is None else {"Idempotency-Key": key}
    return api.call("POST", f"/v1/personas/{persona}/voice-check", FULL_KEY, json={"model": model}, headers=headers)


def checks(api: Api, persona: str, **query: str) -> dict[str, Any]:
    found: dict[str, Any] = api.read(f"/v1/personas/{persona}/voice-check", **query)
    return found


@pytest.mark.usefixtures("other_model")
def test_the_same_model_is_certified_and_another_voice_is_not(api: Api, persona: str) -> None:
    none = dict.fromkeys(("status", "run_id", "error"))
    assert checks(api, persona) == {"persona_id": persona, "certificates": [], **none}
    first, again, unkeyed = asked(api, persona, key="once"), asked(api, persona, key="once"), asked(api, persona)
    assert first.status_code == 202
    assert again.json() == first.json() == unkeyed.json()
    waits = asked(api, persona, OTHER)
    assert (waits.status_code, waits.json()["code"]) == (409, "voice_check_running")
    assert waits.headers["location"] == first.headers["location"]
    assert checks(api, persona)["status"] == "pending"
    api.do_jobs()
    second = asked(api, persona, OTHER)
    api.do_jobs()
    found = checks(api, persona)
    assert (found["status"], found["run_id"]) == ("ready", second.json()["run_id"])
    lost, kept = found["certificates"]
    assert (kept["model"], kept["verdict"], kept["changed"]) == (SAME, "equivalent", [])
    assert (lost["model"], lost["verdict"]) == (OTHER, "degraded")
    assert lost["pairs"] >= 20
    assert lost["shift"]["estimate"] > lost["shift"]["margin"]
    assert lost["assistant_pull"]["after"] > lost["assistant_pull"]["before"]
    assert lost["changed"][0]["words"]
    assert checks(api, persona, model=OTHER)["certificates"] == [lost]
    run = api.run(first.json()["run_id"])
    assert (run.kind, run.status, run.usage.cost_usd) == ("voice_check", "completed", 0.0)
    published = [str(item) for item in api.stored("outbox") if "voice_check.completed" in str(item)]
    assert ["degraded" in each for each in published].count(True) == 1
    assert len(published) == 2
    require_certificates(api, persona)


def require_certificates(api: Api, persona: str) -> None:
    """A workspace that demands certificates changes its chat model only to one that has them."""

    def commit(model: str, *further: dict[str, Any]) -> httpx.Response:
        ops = [*further, {"op": "set", "key": "engine.chat.model", "value": model}]
        return api.call("PATCH", "/v1/config", FULL_KEY, json={"scope": "workspace", "ops": ops})

    assert commit(OTHER).status_code == 200
    demand = {"op": "set", "key": "engine.chat.require_voice_check", "value": True}
    assert commit(SAME, demand).status_code == 200
    refused = commit(OTHER)
    assert (refused.status_code, refused.json()["code"]) == (409, "voice_check_required")
    assert persona in refused.json()["detail"]
    assert commit(OTHER, {**demand, "value": False}).status_code == 200
    assert commit(SAME, demand).status_code == 200
    change = {"layers": {"surface": {"name": "Derya"}}, "accept_violations": True}
    assert api.call("PATCH", f"/v1/personas/{persona}", FULL_KEY, json=change).status_code == 200
    assert asked(api, persona).json()["code"] == "fingerprint_outdated"


@pytest.mark.deep(part="voices")
@pytest.mark.usefixtures("other_model")
def test_the_suite_on_both_models_is_compared_test_by_test(
    api: Api, persona: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suite_job, "resolve_chat", lambda name: Assistant() if name == OTHER else resolve_chat(name))
    path, body = f"/v1/personas/{persona}/voice-check", {"model": OTHER, "suite": True}
    voice, both = (
        api.call("POST", path, FULL_KEY, json={**body, "suite": suite, "dry_run": True}).json()
        for suite in (False, True)
    )
    assert both["calls"]["low"] > voice["calls"]["low"] + 2 * 33
    assert both["usd"]["high"] > voice["usd"]["high"]
    assert both["models"]["persona_before"] == SAME
    started = api.call("POST", path, FULL_KEY, json=body)
    busy = api.call("POST", path, FULL_KEY, json={**body, "suite": False})
    assert (busy.status_code, busy.json()["code"]) == (409, "voice_check_running"), "it would have no suite"
    assert api.call("POST", path, FULL_KEY, json=body).json() == started.json()
    api.do_jobs()
    [certificate] = checks(api, persona)["certificates"]
    suite = certificate["suite"]
    lost, gained = len(suite["lost"]), len(suite["gained"])
    assert suite["pairs"] + len(suite["not_compared"]) == 33
    assert suite["both_passed"] + lost + gained <= suite["pairs"]
    assert lost, "a plain assistant does not keep the role"
    of_as_many = sum(math.comb(lost + gained, count) for count in range(min(lost, gained) + 1)) / 2 ** (lost + gained)
    assert suite["p_value"] == pytest.approx(min(1.0, 2 * of_as_many), abs=1e-6)
    run = api.run(started.json()["run_id"])
    assert run.usage.tokens.output_tokens == certificate["tokens"]["output_tokens"]


def test_what_cannot_be_compared_is_refused_before_it_is_paid(api: Api, persona: str) -> None:
    path = f"/v1/personas/{persona}/voice-check"
    free = api.call("POST", path, FULL_KEY, json={"model": SAME, "dry_run": True}).json()
    assert (free["calls"], free["usd"]["high"]) == ({"low": 50, "high": 50}, 0.0)
    for body in ({}, {"model": "no spaces!"}, {"model": SAME, "scenarios": 3}, {"model": "x" * 500}):
        assert api.call("POST", path, FULL_KEY, json=body).status_code == 422
    assert asked(api, persona, OTHER).json()["code"] == "provider_not_configured"
    assert api.call("POST", path, READ_KEY, json={"model": SAME}).status_code == 403
    assert api.call("POST", path, OTHER_KEY, json={"model": SAME}).status_code == 404
    bare = str(api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()["id"])
    assert asked(api, bare).json()["code"] == "fingerprint_not_ready"
    assert api.orders == []
    lost = asked(api, persona).json()["run_id"]
    for item in api.stored("personas"):
        if item["sk"]["S"].startswith("RECORDS#"):
            api.tables.delete_item(TableName="personas", Key={"pk": item["pk"], "sk": item["sk"]})
    api.do_jobs()
    run = api.run(lost)
    assert (run.status, run.error and run.error.code) == ("failed", "fingerprint_not_ready")
    assert asked(api, persona).json()["code"] == "fingerprint_outdated"
