"""Usage: the totals are those of every run, job, chat and parse, however it ended, and each is counted once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from fourfold.client import Fourfold
from fourfold.llm.port import ChatModel, ChatRequest, Completion, LanguageModel, ModelError, ModelFailure, OnText
from fourfold.models import resolve, resolve_chat
from fourfold.pipeline.complete_run import complete_run
from functions import wiring
from functions.api.chat import context
from functions.fingerprint import handler as fingerprint
from functions.provocation import suite_job
from tests.builders import ALL_STEPS, ScriptedModel, performed
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, Live

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ASYNC = {"Prefer": "respond-async"}
TOKENS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")
GROUPS = ("day", "model", "step", "key", "kind")


def priced(completion: Completion) -> Completion:
    """The same answer at a price below a millionth for a token, so that the sums need every digit."""
    tokens = completion.usage.input_tokens + completion.usage.output_tokens
    return replace(completion, cost_usd=tokens * 1.23456789e-6)


@dataclass
class PricedChat:
    model: ChatModel

    @property
    def name(self) -> str:
        return self.model.name

    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:
        return priced(self.model.reply(request, on_text))


@dataclass
class PricedJudge:
    model: LanguageModel

    @property
    def name(self) -> str:
        return self.model.name

    def complete(self, request: Any, /) -> Completion:
        return priced(self.model.complete(request))


class Broken(PricedChat):
    def reply(self, request: ChatRequest, on_text: OnText | None = None, /) -> Completion:  # noqa: ARG002
        raise ModelError(ModelFailure.BAD_REQUEST, "not served")


@pytest.fixture
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (context, fingerprint, suite_job):
        monkeypatch.setattr(module, "resolve_chat", lambda name: PricedChat(resolve_chat(name)))
    monkeypatch.setattr(suite_job, "resolve", lambda name: PricedJudge(resolve(name)))


def post(api: Api, path: str, body: Any = None, **headers: str) -> Any:
    reply = api.call("POST", path, FULL_KEY, json=body or {}, headers=headers)
    assert reply.status_code < 300, reply.text
    return reply.json() if reply.headers["content-type"].startswith("application/json") else reply.text


def cancelled_after_a_step(api: Api) -> None:
    api.machine.fate = "silent"
    run_id = post(api, "/v1/personas", BRIEF, **ASYNC)["run_id"]
    _, state = api.machine.started[-1]
    performed(ALL_STEPS[0], state, ScriptedModel(), wiring.run_log(state, state.log_seq))
    assert post(api, f"/v1/runs/{run_id}/cancel")["error"]["code"] == "run_cancelled"
    api.machine.fate = "active"


def created(persona: dict[str, Any]) -> dict[str, Any]:
    """The event that starts a persona's jobs, which no key asks for."""
    data = {"persona_id": persona["id"], "run_id": persona["run_id"]}
    return {"detail-type": "persona.created", "detail": {"metadata": {"workspace_id": "ws_one"}, "data": data}}


def work(api: Api, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Work of every kind; returns the usage of what no run and no session records."""
    made = post(api, "/v1/personas", BRIEF)
    path = f"/v1/personas/{made['id']}"
    api.machine.fate = "failed"
    assert api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).status_code == 502
    api.machine.fate = "active"
    cancelled_after_a_step(api)
    post(api, f"{path}/audit")
    post(api, f"{path}/regenerate", {"from": "mask_build"})
    first = post(api, f"{path}/chat", {"message": "Did you sleep?"})
    post(api, f"{path}/chat", {"message": "And last night?", "session_id": first["session_id"], "stream": True})
    said = [{"role": "user", "content": "Did you sleep at all?"}]
    openai = {"model": f"persona:{made['id']}", "messages": said}
    post(api, "/v1/openai/chat/completions", openai)
    post(api, "/v1/openai/chat/completions", {**openai, "stream": True})
    api.orders.append(("fingerprint", json.dumps(created(made))))
    post(api, f"{path}/test-suite", {"ids": ["contra.001"]})
    api.do_jobs()
    with monkeypatch.context() as broken:
        broken.setattr(fingerprint, "resolve_chat", lambda name: Broken(resolve_chat(name)))
        post(api, f"{path}/fingerprint")
        api.do_jobs()
    return [post(api, "/v1/personas/parse", BRIEF)["usage"]]


def recorded(api: Api) -> list[dict[str, Any]]:
    runs = api.read("/v1/runs", limit=100)["data"]
    assert {(run["kind"], run["status"]) for run in runs} == {
        ("generation", "completed"), ("generation", "failed"), ("audit", "completed"), ("fingerprint", "completed"),
        ("fingerprint", "failed"), ("provocation", "completed"),
    }  # fmt: skip
    personas = {run["persona_id"] for run in runs}
    sessions = [one for each in personas for one in api.read(f"/v1/personas/{each}/sessions", limit=100)["data"]]
    assert sum(session["messages"] for session in sessions) == 2 * 4
    return [each["usage"] for each in (*runs, *sessions)]


@pytest.mark.usefixtures("prices")
def test_the_totals_are_those_of_all_work_in_every_grouping(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    usages = [*work(api, monkeypatch), *recorded(api)]
    reports = {name: api.read("/v1/usage", group_by=name) for name in GROUPS}
    total = reports["day"]["total"]
    assert total["cost_usd"] == pytest.approx(sum(usage["cost_usd"] for usage in usages), abs=0.0001)
    assert total["cost_usd"] > 0.1
    for name in TOKENS:
        assert total["tokens"][name] == sum(usage["tokens"][name] for usage in usages), name
    for name, report in reports.items():
        assert report["total"] == total, name
        assert sum(group["calls"] for group in report["data"]) == total["calls"]
        assert sum(group["cost_usd"] for group in report["data"]) == pytest.approx(total["cost_usd"], abs=0.0001)
    by_kind = {group["group"]: group for group in reports["kind"]["data"]}
    assert by_kind.keys() == {"generation", "audit", "fingerprint", "provocation", "chat", "parse"}
    assert by_kind["chat"]["calls"] == 4
    assert by_kind["fingerprint"]["failures"] >= 1
    assert [group["group"] for group in reports["key"]["data"]] == [f"key_{FULL_KEY}"]
    assert {group["group"] for group in reports["model"]["data"]} == {"scripted:1", "offline:composer-1"}
    assert len(reports["day"]["data"]) == 30
    assert reports["day"]["data"][-1]["calls"] == total["calls"]
    assert api.call("GET", "/v1/usage", OTHER_FULL_KEY).json()["total"]["calls"] == 0


def test_an_end_that_is_repeated_counts_once(api: Api) -> None:
    api.machine.fate = "silent"
    post(api, "/v1/personas", BRIEF, **ASYNC)
    _, state = api.machine.started[-1]
    for step in ALL_STEPS:
        state = performed(step, state, ScriptedModel(), wiring.run_log(state, state.log_seq))
    for _ in range(3):
        complete_run(state, "active", wiring.run_context())
    total = api.read("/v1/usage")["total"]
    assert (total["calls"], total["cost_usd"]) == (len(ALL_STEPS), pytest.approx(0.01 * len(ALL_STEPS)))


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("from=2026-11-05&to=2026-11-04", "from"),
        ("from=2025-01-01&to=2026-11-04", "from"),
        ("from=yesterday", "from"),
        ("to=2026-13-01", "to"),
        ("to=0", "to"),
        ("from=1795000000", "from"),
        ("group_by=persona", "group_by"),
        ("by=day", "by"),
    ],
)
def test_a_bad_range_names_its_parameter(api: Api, query: str, pointer: str) -> None:
    reply = api.call("GET", f"/v1/usage?{query}", FULL_KEY)
    assert reply.status_code == 422
    assert [each["pointer"] for each in reply.json()["errors"]] == [pointer]


def test_the_command_the_client_and_the_api_say_the_same(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    post(live.api, "/v1/personas", BRIEF)
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    with Fourfold() as client:
        report = client.usage(group_by="step")
    assert report.total.calls == len(ALL_STEPS)
    assert {group.group for group in report.data} >= {"intent_parse", "audit"}
    shown = CliRunner().invoke(command_line, ["usage", "--from", today, "--by", "step"])
    assert shown.exit_code == 0, shown.output
    assert len(shown.output.splitlines()) == len(report.data) + 1
    assert "soul_draft" in shown.output
