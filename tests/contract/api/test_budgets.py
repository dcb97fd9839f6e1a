"""Budgets: every way of spending is refused before its first call, and work within a budget settles what it cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.effective import EffectiveSettings
from fourfold.config.presets import default_config
from fourfold.config.settings import Settings
from fourfold.llm.port import ChatRequest, Completion, OnText
from fourfold.models import resolve_chat
from fourfold.persona import TokenUsage
from fourfold.spending.spent import NANO
from functions import configuration, job_entry
from functions.api.chat import context
from functions.fingerprint import handler as fingerprint
from tests.contract.api.conftest import FULL_KEY, Api, use_settings

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
SAID = [{"role": "user", "content": "Hi"}]
ONCE = {"Idempotency-Key": "once"}
Limit = Callable[..., None]


class Priced:
    """Answers with the offline composer, at a price of its own."""

    def __init__(self, usd: float) -> None:
        self.name = "anthropic:claude-haiku-5-5"
        self._usd = usd
        self._model = resolve_chat("offline:composer-1")

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        answered = self._model.reply(request, on_text)
        return replace(answered, usage=TokenUsage(output_tokens=1), cost_usd=self._usd)


@pytest.fixture
def limit(api: Api, monkeypatch: pytest.MonkeyPatch) -> Limit:  # noqa: ARG001 - its environment comes first
    """Sets limits of every workspace, whose models are Anthropic's: estimates have a price, answers are scripted."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setattr(context, "resolve_chat", lambda _name: Priced(0.001))
    monkeypatch.setattr(fingerprint, "resolve_chat", lambda _name: Priced(0.001))
    read = configuration.effective_in

    def set_limits(**limits: Any) -> None:
        settings = Settings(engine=default_config(["anthropic"]), api=ApiConfig(limits=LimitsConfig(**limits)))
        use_settings(monkeypatch, settings)

        def effective(workspace_id: str, persona_id: str | None = None) -> EffectiveSettings:
            return replace(read(workspace_id, persona_id), settings=settings)

        monkeypatch.setattr(job_entry, "effective_in", effective)
        monkeypatch.setattr(job_entry, "settings_of_run", lambda _run: settings)

    set_limits()
    return set_limits


def counter(api: Api, owner: str = "WORKSPACE") -> tuple[float, float]:
    """The month's (spent and reserved, spent) in USD."""
    [item] = [each for each in api.kept.items("personas") if re.fullmatch(rf"\d{{4}}-\d{{2}}#{owner}", each["sk"]["S"])]
    return round(int(item["c"]["N"]) / NANO, 6), round(int(item.get("s", {"N": "0"})["N"]) / NANO, 6)


def holds(api: Api) -> list[str]:
    return [item["sk"]["S"] for item in api.kept.items("personas") if item["pk"]["S"].endswith("#HOLDS")]


def test_every_way_of_spending_is_refused_before_its_first_call(api: Api, limit: Limit) -> None:
    made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    path, before = f"/v1/personas/{made['id']}", len(api.machine.started)
    limit(usd_per_month=0.0)
    ways: dict[str, dict[str, Any]] = {
        "/v1/personas": BRIEF,
        f"{path}/regenerate": {"from": "mask_build"},
        f"{path}/audit": {},
        f"{path}/fork": {"language": "de"},
        "/v1/personas/parse": BRIEF,
        f"{path}/fingerprint": {},
        f"{path}/test-suite": {},
        f"{path}/chat": {"message": "Hello"},
        "/v1/openai/chat/completions": {"model": f"persona:{made['id']}", "messages": SAID},
    }
    for way, body in ways.items():
        reply = api.call("POST", way, FULL_KEY, json=body, headers=ONCE)
        answer = reply.json()
        assert (reply.status_code, answer.get("code") or answer["error"]["code"]) == (402, "budget_exceeded"), way
    refused = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    assert refused["budget"]["left_usd"] == 0.0
    assert refused["budget"]["needed_usd"] > 0.05
    assert refused["budget"]["renews_at"].endswith("-01T00:00:00Z")
    streamed = api.call("POST", f"{path}/chat", FULL_KEY, json={"message": "Hello", "stream": True})
    assert "budget_exceeded" in streamed.text
    assert (len(api.machine.started), api.orders, api.functions.invoked) == (before, [], [])
    limit(usd_per_month=5.0)  # a refusal is not kept for the key: the same request is now accepted
    assert api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers=ONCE).status_code == 201


def test_a_run_holds_its_estimate_and_settles_what_it_cost(api: Api, limit: Limit) -> None:
    limit(usd_per_month=0.3)
    made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers={"Idempotency-Key": "one"}).json()
    run = api.run(made["run_id"])
    assert run.reserved_usd is not None
    assert run.reserved_usd > (run.usage.cost_usd or 0)
    api.machine.settle()
    assert counter(api) == (run.usage.cost_usd, run.usage.cost_usd)
    assert holds(api) == []
    api.machine.fate = "silent"
    held = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers={"Prefer": "respond-async"}).json()
    assert holds(api) == [held["run_id"]]
    assert api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).status_code == 402
    again = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()["id"]) == (201, made["id"])
    assert api.call("POST", f"/v1/runs/{held['run_id']}/cancel", FULL_KEY).status_code == 200
    assert (holds(api), counter(api)[0]) == ([], run.usage.cost_usd)


def test_a_reply_settles_and_a_key_has_its_own_cap(api: Api, limit: Limit) -> None:
    made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    limit(usd_per_month=1.0)
    body = {"name": "capped", "scopes": ["chat:write", "keys:write"], "usd_per_month": 0.02}
    key = api.call("POST", "/v1/keys", FULL_KEY, json=body).json()
    assert key["usd_per_month"] == 0.02
    chat = f"/v1/personas/{made['id']}/chat"
    statuses = [api.call("POST", chat, key["key"], json={"message": "Hello"}).status_code for _ in range(2)]
    assert statuses == [200, 200]
    assert counter(api) == counter(api, f"KEY#{key['id']}") == (0.002, 0.002)
    refused = api.call("POST", "/v1/keys", key["key"], json={"name": "x", "scopes": ["chat:write"]})
    assert (refused.status_code, refused.json()["code"]) == (403, "capped_key")
    poor = api.call("POST", "/v1/keys", FULL_KEY, json={**body, "usd_per_month": 0}).json()
    answer = api.call("POST", chat, poor["key"], json={"message": "Hello"})
    assert (answer.status_code, answer.json()["budget"]["scope"]) == (402, "key")
    assert api.call("GET", f"/v1/keys/{poor['id']}", FULL_KEY).json()["usd_per_month"] == 0.0


def test_a_model_without_a_price_is_refused_under_a_budget_unless_allowed(api: Api, limit: Limit) -> None:
    config = {"engine.pipeline.soul_draft.model": "anthropic:claude-unheard-of"}
    limit(usd_per_month=1.0)
    refused = api.call("POST", "/v1/personas", FULL_KEY, json={**BRIEF, "config": config})
    assert (refused.status_code, refused.json()["code"]) == (402, "price_unknown")
    limit(usd_per_month=1.0, allow_unpriced=True)
    assert api.call("POST", "/v1/personas", FULL_KEY, json={**BRIEF, "config": config}).status_code == 201


def test_a_job_stops_cleanly_at_its_budget_with_what_it_paid(
    api: Api, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    limit(usd_per_month=0.1)
    monkeypatch.setattr(fingerprint, "resolve_chat", lambda _name: Priced(0.01))
    receipt = api.call("POST", f"/v1/personas/{made['id']}/fingerprint", FULL_KEY).json()
    api.do_jobs()
    run = api.read(f"/v1/runs/{receipt['run_id']}")
    assert (run["status"], run["error"]["code"]) == ("failed", "budget_exceeded")
    assert 0.1 <= run["usage"]["cost_usd"] < 0.1 + 0.01 * 20
    assert counter(api) == (run["usage"]["cost_usd"], run["usage"]["cost_usd"])
    assert holds(api) == []
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    alerts = [entry["Detail"]["data"]["percent"] for entry in entries if entry["DetailType"] == "budget.alert"]
    assert sorted(alerts) == [80, 100]
