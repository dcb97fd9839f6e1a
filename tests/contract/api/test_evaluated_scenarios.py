"""Evaluations of scenario texts: which personas answer what, what it costs, and what it shows."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.config.variant import Variant
from fourfold.evaluation.asked_scenarios import asked_scenarios
from fourfold.scenario_names import SCENARIO_NAMES
from fourfold.voice.scenarios import shipped_scenarios
from functions.evaluation_judge import models as judging
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.contract.api.scenario_speaker import RENT, KilledError, Mumbling, Speaker

BRIEF = "A shy founder, 34, in Istanbul"
BRIEFS = [f"A {work}, {age}, in Cork" for age, work in enumerate(("baker", "pilot", "nurse", "judge"), start=40)] * 3
SHIPPED = shipped_scenarios().find("joke.work").text(None)
VARIANT = "engine.pipeline.variant"


@pytest.fixture
def speaker(monkeypatch: pytest.MonkeyPatch) -> Speaker:
    found = Speaker()
    monkeypatch.setattr(judging, "resolve_chat", found.model)
    return found


def _side(name: str, **texts: str) -> dict[str, Any]:
    return {"config": {VARIANT: {"name": name, "texts": {key.replace("__", "."): text for key, text in texts.items()}}}}


A, B = _side("dry", joke__work="And at work?"), _side("poor", comfort__money=RENT)


def _asked(**changed: Any) -> dict[str, Any]:
    return {"a": A, "b": B, "briefs": [BRIEF], "max_usd": 5, "preferences": False, **changed}


def _estimate(api: Api, **changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(dry_run=True, **changed)).json()
    return found


def test_each_persona_answers_what_a_side_replaces_with_the_texts_of_its_side(
    api: Api, machine: EvaluationMachine, speaker: Speaker
) -> None:
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked())
    assert started.status_code == 202, started.text
    speaker.dies_at = 3
    with pytest.raises(KilledError):
        machine.execute()
    machine.execute()
    comfort = shipped_scenarios().find("comfort.money").text(None)
    assert speaker.asked == [comfort, "And at work?", RENT, SHIPPED], "none of them twice"
    found = api.read(started.headers["location"])
    assert found["scenarios"] == ["comfort.money", "joke.work"]
    assert found["metrics"][-1] == "reply_separation"
    report = found["report"]
    assert [side["reply_usd"] for side in (report["a"], report["b"])] == [0.002, 0.002]
    assert found["spent_usd"] >= 0.004
    assert any("A with 1 texts of its own, B with 1" in note for note in report["notes"])
    replies = [one for one in api.read("/v1/usage", group_by="step")["data"] if one["group"] == "reply"]
    assert [(one["calls"], one["cost_usd"]) for one in replies] == [(4, 0.004)]
    page = api.call("GET", started.headers["location"], FULL_KEY, params={"format": "markdown"}).text
    assert "USD of the replies to scenarios" in page


def test_replies_are_estimated_and_reserved(
    api: Api, machine: EvaluationMachine, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = [_side(name, audit=f"Task: audit. Be {name}.") for name in ("dry", "poor")]
    without = _estimate(api, a=tasks[0], b=tasks[1], briefs=[BRIEF, "A nurse, 40"])
    found = _estimate(api, briefs=[BRIEF, "A nurse, 40"])
    for end in ("low", "high"):
        assert found["calls"][end] - without["calls"][end] == 2 * 2 * 2
    assert found["models"]["a.reply"] == found["models"]["b.reply"] == "offline:composer-1"
    monkeypatch.setattr(judging, "reply_call_usd", lambda _: lambda *_: 3.0)
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(max_usd=2)).headers["location"]
    machine.execute()
    assert (api.read(path)["stopped"], speaker.asked) == ("budget", [])


@pytest.mark.parametrize("step", ["reply", "evaluation"])
def test_a_call_is_counted_though_the_budget_does_not_suffice_for_its_repetition(
    api: Api, machine: EvaluationMachine, speaker: Speaker, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The first answer is of no use, and there is too little left for the second."""
    if step == "reply":
        speaker.says = ""
        monkeypatch.setattr(judging, "reply_call_usd", lambda _: lambda _, asked: 9 * ("last try" in asked.system))
    else:
        monkeypatch.setattr(judging, "resolve", lambda _: Mumbling())
        monkeypatch.setattr(judging, "judge_call_usd", lambda _: lambda _, asked: 9.0 if asked.repair else 0)
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked()).headers["location"]
    machine.execute()
    assert api.read(path)["stopped"] == "budget"
    counted = {one["group"]: (one["calls"], one["cost_usd"]) for one in api.read("/v1/usage", group_by="step")["data"]}
    assert counted[step] == (1, 0.001)
    assert api.read(path)["spent_usd"] == 0.001


def test_reply_separation_needs_texts_of_scenarios_and_models_that_speak(api: Api, machine: EvaluationMachine) -> None:
    naive = {"a": {}, "b": {"method": "naive"}, "metrics": ["overall", "reply_separation"]}
    refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(**naive)).json()
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/metrics/1", "not_measured")]
    assert VARIANT in refused["errors"][0]["detail"]
    unknown = _side("poor", comfort__weather=RENT)
    refused = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(b=unknown)).json()
    assert [error["pointer"] for error in refused["errors"]] == [f"/b/config/{VARIANT}"]
    assert "/texts/comfort.weather" in refused["errors"][0]["detail"]
    op = {"op": "set", "key": "engine.chat.model", "value": "anthropic:claude-haiku-4-5"}
    assert api.call("PATCH", "/v1/config", FULL_KEY, json={"scope": "workspace", "ops": [op]}).status_code == 200
    mute = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked())
    assert (mute.status_code, mute.json()["code"]) == (422, "provider_not_configured"), mute.text
    assert machine.started == []


@pytest.mark.deep(part="evaluations")
def test_the_offline_composer_answers_scenarios(api: Api, machine: EvaluationMachine) -> None:
    texts = dict.fromkeys(SCENARIO_NAMES, "And what do you make of that?")
    every = {"config": {VARIANT: {"name": "every", "texts": texts}}}
    briefs = [BRIEF, "A nurse, 40"]
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=_asked(a={}, b=every, briefs=briefs)).headers["location"]
    machine.execute()
    found = api.read(path)
    assert tuple(found["scenarios"]) == asked_scenarios(Variant(), Variant(name="every", texts=texts))
    measured = next(one for one in found["report"]["measures"] if one["name"] == "reply_separation")
    assert (measured["n"], measured["counts"], measured["test"]) == (2, True, "paired t")
    assert "10 of the 50 scenarios" in " ".join(found["report"]["notes"])


@pytest.mark.deep(part="evaluations")
@pytest.mark.parametrize(("b", "verdict"), [(B, "worse"), (_side("rich", comfort__money="I won!"), "inconclusive")])
def test_voices_that_answer_alike_are_found_and_equal_ones_have_no_winner(
    api: Api, machine: EvaluationMachine, speaker: Speaker, b: dict[str, Any], verdict: str
) -> None:
    a = b if verdict == "inconclusive" else {}
    briefs = [f"{brief}, {number}" for number, brief in enumerate(BRIEFS)]
    body = _asked(a=a, b=b, briefs=briefs, metrics=["reply_separation"], allow_same=True)
    path = api.call("POST", "/v1/evaluations", FULL_KEY, json=body).headers["location"]
    machine.execute()
    report = api.read(path)["report"]
    measured = next(one for one in report["measures"] if one["name"] == "reply_separation")
    assert (report["verdict"], measured["n"]) == (verdict, 12), measured
    if verdict == "worse":
        assert measured["b"] < 0.01
        assert measured["a"] > 0.5
    assert len(speaker.asked) == 24
