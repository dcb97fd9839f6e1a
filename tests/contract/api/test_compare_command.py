"""`fourfold compare`: what it says of one pair, and that it never calls a failure the offline composer's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fourfold.cli.main import app
from fourfold.llm.port import Completion, LanguageModel, ModelRequest
from fourfold.models import resolve
from fourfold.pipeline.audit import AUDIT
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.state import RunState
from functions import wiring
from tests.builders import ALL_STEPS, performed
from tests.contract.api.conftest import KEY, Fate, Live

Compare = Callable[..., Result]
BRIEF = "A shy founder, 34, in Istanbul"
EVALUATE = "fourfold evaluate --a current --b naive --set standard@1 --size 40 --max-usd 10 --estimate"


class Labelled:
    """The offline composer under the name of another model."""

    name = "scripted:1"

    def complete(self, request: ModelRequest) -> Completion:
        return replace(resolve("offline:composer-1").complete(request), provider="scripted", model="1", cost_usd=0.01)


def by_method(model: LanguageModel) -> Callable[[RunState], RunState]:
    def steps(state: RunState) -> RunState:
        naive = state.config.pipeline.method == "single_call"
        for step in (SINGLE_CALL, AUDIT) if naive else ALL_STEPS:
            state = performed(step, state, model, wiring.run_log(state, state.log_seq))
        return state

    return steps


@pytest.fixture
def compare(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Compare:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", KEY)
    monkeypatch.chdir(tmp_path)
    live.api.machine.steps = by_method(Labelled())
    return lambda *words: CliRunner().invoke(app, ["compare", *words])


def fate_of_the_second(live: Live, fate: Fate) -> None:
    machine, steps = live.api.machine, live.api.machine.steps

    def first(state: RunState) -> RunState:
        written = steps(state)
        machine.fate = fate
        return written

    machine.steps = first


def created(live: Live) -> str:
    with live.client() as client:
        path = client.post("/v1/personas", json={"intent": BRIEF}, headers={"Prefer": "wait=0"}).headers["location"]
        live.api.machine.settle()
        return str(client.get(path).json()["persona_id"])


def test_one_pair_says_what_it_shows_and_how_to_get_an_answer(compare: Compare) -> None:
    shown = compare(BRIEF)
    assert shown.exit_code == 0, shown.output
    assert "six steps" in shown.stdout
    assert "single call" in shown.stdout
    assert "Cost, tokens and time are those of these two runs" in shown.stdout
    assert "say nothing about the settings" in shown.stdout
    assert EVALUATE in shown.stdout
    assert "not meaningful" not in shown.stdout
    assert "offline" not in shown.stdout


def test_the_command_that_it_offers_is_one(compare: Compare) -> None:
    assert compare(BRIEF).exit_code == 0
    estimated = CliRunner().invoke(app, EVALUATE.split()[1:])
    assert (estimated.exit_code, "calls" in estimated.output) == (0, True), estimated.output


def test_a_pair_of_the_offline_composer_is_not_meaningful(live: Live, compare: Compare) -> None:
    live.api.machine.steps = by_method(resolve("offline:composer-1"))
    shown = compare(BRIEF, "--json")
    assert shown.exit_code == 0, shown.output
    one, other = json.loads(shown.stdout)
    assert (one["meaningful"], one["evaluate"]) == (False, EVALUATE)
    assert "not meaningful" in one["note"]
    assert "offline composer" in one["note"]
    assert one["note"] == other["note"]
    assert "With a model in place of the offline composer" in compare(BRIEF).stdout


def test_json_has_the_note_of_the_text(live: Live, compare: Compare) -> None:
    first, second = created(live), created(live)
    one, other = json.loads(compare(first, second, "--json").stdout)
    assert [each["persona"]["id"] for each in (one, other)] == [first, second]
    assert one["meaningful"] is other["meaningful"] is True
    shown = compare(first, second).stdout
    assert one["note"] in shown
    assert one["evaluate"] in shown


def test_a_single_call_that_failed_is_shown_beside_the_six_steps(live: Live, compare: Compare) -> None:
    fate_of_the_second(live, "failed")
    shown = compare(BRIEF)
    assert shown.exit_code == 1
    assert "The persona of the single call is not written" in shown.stdout
    assert "No usable answer" in shown.stdout
    assert "offline" not in shown.stdout
    assert EVALUATE in shown.stdout


def test_six_steps_that_failed_pay_for_no_single_call(live: Live, compare: Compare) -> None:
    live.api.machine.fate = "failed"
    refused = compare(BRIEF)
    assert refused.exit_code == 1
    assert "No usable answer" in refused.output
    assert "the single call was not made" in refused.output
    assert len(live.api.machine.started) == 1


def test_a_single_call_that_is_refused_does_not_hide_the_persona_that_was_paid(live: Live, compare: Compare) -> None:
    fate_of_the_second(live, "refused")
    refused = compare(BRIEF)
    assert refused.exit_code == 1
    [(_, made)] = live.api.machine.started
    assert f"fourfold show {made.persona_id}" in refused.output


def test_two_that_failed_are_not_the_offline_composers(live: Live, compare: Compare) -> None:
    live.api.machine.fate = "failed"
    first, second = created(live), created(live)
    shown = compare(first, second)
    assert shown.exit_code == 0, shown.output
    assert "Neither persona is written" in shown.stdout
    assert "offline" not in shown.stdout
    assert json.loads(compare(first, second, "--json").stdout)[0]["meaningful"] is False
