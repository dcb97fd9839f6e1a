"""An evaluation whose judge, or a side's model, refuses every call ends: the rest would be paid without a verdict."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest

from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.models.offline import OfflineComposer
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import model_problem
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunOverError
from functions import wiring
from functions.api.evaluations import starting
from functions.evaluation_judge import models as judging
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine

BRIEFS = [f"A baker, {age}, in Cork" for age in range(40, 46)]
REASON = "scripted:judge: invalid x-api-key."


@dataclass
class Judge:
    """A judge that fails in one way, or answers until request `fails_from` (from 0)."""

    failure: ModelFailure
    fails_from: int = 0
    name: str = "scripted:judge"
    asked: list[ModelRequest] = field(default_factory=list)

    def complete(self, request: ModelRequest) -> Completion:
        self.asked.append(request)
        if len(self.asked) <= self.fails_from:
            return OfflineComposer().complete(request)
        raise ModelError(self.failure, REASON)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> EvaluationMachine:
    found = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", found.start)
    return found


def _ended(api: Api, machine: EvaluationMachine) -> dict[str, Any]:
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "preferences": False, "max_usd": 5}
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
    assert started.status_code == 202, started.text
    machine.execute()
    found: dict[str, Any] = api.read(started.headers["location"])
    return found


@pytest.mark.parametrize("failure", [ModelFailure.AUTHENTICATION, ModelFailure.BAD_REQUEST], ids=str)
def test_a_judge_that_refuses_its_first_call_ends_it_before_further_personas(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, failure: ModelFailure
) -> None:
    judge = Judge(failure)
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["stopped"], found["report"]["verdict"]) == ("failed", "failed", "inconclusive")
    assert found["error"]["code"] == f"model_{failure}"
    assert REASON in found["error"]["detail"]
    assert (len(judge.asked), found["report"]["a"]["runs"], found["report"]["b"]["runs"]) == (1, 1, 1)
    [last] = api.read(f"/v1/runs/{found['run_id']}/events/list")["data"][-1:]
    assert (last["type"], last["problem"]["code"]) == ("job.failed", f"model_{failure}")
    announced = [json.loads(item["entry"]["S"])["DetailType"] for item in api.stored("outbox")]
    assert announced == ["evaluation.failed"]


def test_a_judge_without_a_usable_answer_to_the_first_pairs_ends_it(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(ModelFailure.INVALID_OUTPUT)
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["error"]["code"]) == ("failed", "model_invalid_output")
    assert "no persona of the first 4 pairs" in found["error"]["detail"]
    assert (found["report"]["pairs"], found["report"]["verdict"]) == (4, "inconclusive")


@pytest.mark.parametrize(
    ("failure", "fails_from"), [(ModelFailure.INVALID_OUTPUT, 1), (ModelFailure.BAD_REQUEST, 8)], ids=str
)
def test_a_judge_that_answered_once_does_not_end_it(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, failure: ModelFailure, fails_from: int
) -> None:
    judge = Judge(failure, fails_from)
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["report"]["pairs"]) == ("completed", len(BRIEFS))
    [overall] = [each for each in found["report"]["measures"] if each["name"] == "overall"]
    assert overall["n"] == fails_from // 2


def test_a_side_whose_quota_is_spent_ends_it_without_a_winner(api: Api, machine: EvaluationMachine) -> None:
    def refused(state: RunState) -> RunState:
        return _fail(state) if state.config.pipeline.method == "single_call" else scripted(state)

    machine.steps = refused
    found = _ended(api, machine)
    assert (found["status"], found["error"]["code"]) == ("failed", "model_quota")
    assert REASON in found["error"]["detail"]
    assert (found["report"]["verdict"], found["report"]["a"]["runs"], found["report"]["b"]["failed"]) == (
        "inconclusive",
        1,
        1,
    )


def _fail(state: RunState) -> NoReturn:
    run = wiring.persona_store().run(state.workspace_id, state.run_id)
    assert run is not None
    fail_run(identity_of(run), model_problem(ModelFailure.QUOTA, REASON), wiring.run_context())
    raise RunOverError
