"""An evaluation whose judge, or a side's model, refuses every call ends: the rest would be paid without a verdict."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, NoReturn

import pytest

from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import model_problem
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunOverError
from functions import wiring
from functions.evaluation_judge import models as judging
from tests.builders import ScriptedModel
from tests.contract.api.conftest import FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine

BRIEFS = [f"A baker, {age}, in Cork" for age in range(40, 45)]
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
            return ScriptedModel().complete(request)
        raise ModelError(self.failure, REASON)


def _ended(api: Api, machine: EvaluationMachine) -> dict[str, Any]:
    body = {"b": {"method": "naive"}, "briefs": BRIEFS, "preferences": False, "max_usd": 5}
    started = api.call("POST", "/v1/evaluations", FULL_KEY, json=body)
    assert started.status_code == 202, started.text
    machine.execute()
    found: dict[str, Any] = api.read(started.headers["location"])
    return found


def test_a_judge_that_refuses_its_first_call_ends_it_before_further_personas(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(ModelFailure.AUTHENTICATION)
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["stopped"], found["report"]["verdict"]) == ("failed", "failed", "inconclusive")
    assert found["error"]["code"] == "model_authentication"
    assert REASON in found["error"]["detail"]
    assert (len(judge.asked), found["report"]["a"]["runs"], found["report"]["b"]["runs"]) == (1, 1, 1)
    [last] = api.read(f"/v1/runs/{found['run_id']}/events/list")["data"][-1:]
    assert (last["type"], last["problem"]["code"]) == ("job.failed", "model_authentication")
    announced = [json.loads(item["entry"]["S"])["DetailType"] for item in api.stored("outbox")]
    assert announced == ["evaluation.failed"]


def test_a_judge_without_a_usable_answer_to_the_first_pairs_ends_it(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(ModelFailure.BAD_REQUEST)  # as for a model that does not exist
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["error"]["code"]) == ("failed", "model_bad_request")
    assert "no persona of the first 4 pairs" in found["error"]["detail"]
    assert (found["report"]["pairs"], found["report"]["verdict"]) == (4, "inconclusive")


def test_a_judge_that_answered_once_does_not_end_it(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge = Judge(ModelFailure.INVALID_OUTPUT, fails_from=2)
    monkeypatch.setattr(judging, "resolve", lambda _name: judge)
    found = _ended(api, machine)
    assert (found["status"], found["report"]["pairs"]) == ("completed", len(BRIEFS))
    [overall] = [each for each in found["report"]["measures"] if each["name"] == "overall"]
    assert overall["n"] == 1


@pytest.mark.parametrize(
    ("failure", "from_brief", "status", "failed"),
    [
        (ModelFailure.QUOTA, 0, "failed", 1),
        (ModelFailure.BAD_REQUEST, 0, "failed", 4),
        (ModelFailure.BAD_REQUEST, 1, "completed", 4),  # one text was accepted, so the model and its settings are
    ],
)
def test_a_side_that_is_refused_ends_it_without_a_winner(  # noqa: PLR0917 - a case and its outcome
    api: Api, machine: EvaluationMachine, failure: ModelFailure, from_brief: int, status: str, failed: int
) -> None:
    def refused(state: RunState) -> RunState:
        if state.config.pipeline.method == "six_steps" or BRIEFS.index(state.intent) < from_brief:
            return scripted(state)
        return _fail(state, failure)

    machine.steps = refused
    found = _ended(api, machine)
    assert (found["status"], found["report"]["b"]["failed"]) == (status, failed)
    assert found["report"]["verdict"] == "inconclusive"
    if status == "failed":
        assert found["error"]["code"] == f"model_{failure}"
        assert REASON in found["error"]["detail"]


def _fail(state: RunState, failure: ModelFailure) -> NoReturn:
    run = wiring.persona_store().run(state.workspace_id, state.run_id)
    assert run is not None
    fail_run(identity_of(run), model_problem(failure, REASON), wiring.run_context())
    raise RunOverError
