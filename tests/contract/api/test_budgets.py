"""Budgets: every way of spending is refused before its first call, and work within a budget settles what it cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any

import pytest

from fourfold.config.api import ApiConfig, LimitsConfig
from fourfold.config.effective import EffectiveSettings
from fourfold.config.presets import default_config
from fourfold.config.settings import Settings
from fourfold.errors import FourfoldError
from fourfold.estimates.evaluation import step_call_usd
from fourfold.llm.port import ChatRequest, Completion, ModelRequest, OnText, provider_and_model
from fourfold.models import resolve_chat
from fourfold.persona import TokenUsage
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.spending.spent import NANO
from fourfold.storage.client import dynamodb
from functions import configuration, job_entry, step_entry
from functions.api.chat import context
from functions.fail_run.handler import handler as fail_run
from functions.fingerprint import handler as fingerprint
from tests.builders import ALL_STEPS, ScriptedModel
from tests.contract.api.conftest import FULL_KEY, Api, use_settings
from tests.dynamo_meter import DynamoMeter
from tests.examples import examples
from tests.invocation import Invocation

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


@dataclass
class Dear(ScriptedModel):
    """Answers well, at a multiple of what a call of its step is expected to cost; keeps what each call cost beyond."""

    times: float = 2.0
    beyond: list[float] = field(default_factory=list)

    def complete(self, request: ModelRequest) -> Completion:
        step = next(step.name for step in ALL_STEPS if step.output_type is request.output_type)
        config = default_config(["anthropic"]).pipeline.of(step)
        expected = step_call_usd(step, config)(self.name, request)
        assert expected is not None
        self.beyond.append((self.times - 1) * expected)
        provider, model = provider_and_model(self.name)
        return replace(super().complete(request), provider=provider, model=model, cost_usd=self.times * expected)


@dataclass
class DearModels:
    """Makes the steps' models, each for one invocation."""

    times: float
    made: list[Dear] = field(default_factory=list)

    def resolve(self, name: str) -> Dear:
        self.made.append(Dear(name=name, times=self.times))
        return self.made[-1]

    @property
    def most_beyond(self) -> float:
        """The most that one call cost beyond what was expected."""
        return max(usd for model in self.made for usd in model.beyond)


def attempted(state: RunState, attempts: int) -> None:
    """Runs the functions of a run as the state machine does: every attempt, the record of a failure, or a flag."""
    now: dict[str, Any] = state.model_dump(mode="json")
    try:
        for attempt in range(1, attempts + 1):
            now |= {"attempt": attempt, "audit": None}
            for step in ALL_STEPS[0 if attempt == 1 else 1 :]:
                now = import_module(f"functions.{step.name}.handler").handler(now, Invocation())
    except FourfoldError as error:
        cause = json.dumps({"errorType": type(error).__name__, "errorMessage": str(error)})
        run = identity_of(state).model_dump(mode="json")
        fail_run({"run": run, "error": {"error": type(error).__name__, "cause": cause}}, None)
    else:
        store = import_module("functions.store_persona.handler").handler
        store({"status": "flagged", "state": now}, None)


def begun(api: Api, times: int) -> list[RunState]:
    """The first states of the runs that this many requests start."""
    api.machine.fate, before = "silent", len(api.machine.started)
    for _ in range(times):
        reply = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF, headers={"Prefer": "respond-async"})
        assert reply.status_code in {202, 402}
    return [state for _, state in api.machine.started[before:]]


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
        "/v1/evaluations": {"b": {"method": "naive"}, "briefs": ["A nurse, 40"], "max_usd": 1},
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


def test_work_writes_each_cap_and_its_hold_twice_and_nothing_without_a_cap(api: Api, limit: Limit) -> None:
    """The writes to the shared keys that docs/access-patterns.md states."""

    def written() -> dict[str, int]:
        meter = DynamoMeter(dynamodb(), api.tables)
        try:
            with meter.during() as usage:
                assert api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).status_code == 201
                api.machine.settle()
        finally:
            meter.close()
        return {key: times for (_, key), times in usage.writes_by_key().items() if key.endswith(("BUDGETS", "HOLDS"))}

    assert written() == {}
    limit(usd_per_month=100.0)
    assert written() == {"WS#ws_one#BUDGETS": 2, "WS#ws_one#HOLDS": 2}
    limit(usd_per_month=100.0, usd_per_day=10.0)
    assert written() == {"WS#ws_one#BUDGETS": 4, "WS#ws_one#HOLDS": 2}


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


@pytest.mark.parametrize(("asked", "kept"), [(1e-286, 0.0), (5e-324, 0.0), (1e-9, 1e-9), (0.1234567894, 0.123456789)])
def test_a_cap_is_kept_to_nine_decimal_places(api: Api, asked: float, kept: float) -> None:
    body = {"name": "capped", "scopes": ["chat:write"], "usd_per_month": asked}
    made = api.call("POST", "/v1/keys", FULL_KEY, json=body)
    assert (made.status_code, made.json()["usd_per_month"]) == (201, kept)
    assert api.read(f"/v1/keys/{made.json()['id']}")["usd_per_month"] == kept


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


@pytest.mark.random
def test_runs_that_cost_twice_their_estimate_pass_the_cap_by_calls_in_progress_alone(
    api: Api, limit: Limit, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = examples(5, 50)
    cap_usd = 0.5 if requests == 5 else 1.0
    limit(usd_per_month=cap_usd)
    dear = DearModels(times=2.0)
    monkeypatch.setattr(step_entry, "resolve", dear.resolve)
    states = begun(api, requests)
    with ThreadPoolExecutor(len(states)) as pool:
        list(pool.map(lambda state: attempted(state, attempts=2), states))
    runs = [api.run(state.run_id) for state in states]
    committed, spent = counter(api)
    assert (holds(api), committed) == ([], spent)
    assert spent == pytest.approx(sum(run.usage.cost_usd or 0 for run in runs), abs=1e-5)
    assert 0.9 * cap_usd < spent <= cap_usd + len(states) * dear.most_beyond
    stopped = [run.error for run in runs if run.error is not None]
    assert stopped
    for error in stopped:
        assert (error.code, error.status) == ("budget_exceeded", 402)
        assert error.budget is not None
        assert error.budget["limit_usd"] == cap_usd
        assert error.budget["left_usd"] < error.budget["needed_usd"]
