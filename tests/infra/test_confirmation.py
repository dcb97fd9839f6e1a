"""The confirmation of an audit: how often a draft of a known quality passes, and which attempt ships."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import sqrt
from statistics import NormalDist
from typing import Any

import pytest

from fourfold.config.engine import AuditConfig, EngineConfig, PipelineConfig, RunSettings
from fourfold.llm.port import Completion, ModelRequest
from fourfold.persona import Dimension, TokenUsage
from fourfold.pipeline.audit import CONFIRM_AUDIT, AuditReport
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.state import RunState
from fourfold.steps import StepName
from tests.builders import ALL_STEPS, BRIEF, GOOD_ANSWERS, START, MemoryEventStore, log_of, performed
from tests.examples import examples
from tests.infra.execution import Execution, State

GATE, NOISE = 3.5, 0.4
SETTINGS = ("after_retry", "always", "never")
# A score is rounded to two digits before it is compared, so the gate is passed from 3.495.
ROUNDING = 0.005


class _OutOfScoresError(Exception):
    """The execution asks for one more score."""


def executed(scores: Sequence[float], confirm: str, retries: int = 3, method: str = "six_steps") -> Execution:
    """The execution whose audits give these scores, in order."""
    coming = iter(scores)

    def invoke(function: str, state: State) -> State:
        if function not in {StepName.AUDIT, StepName.CONFIRM_AUDIT}:
            return state
        score = next(coming, None)
        if score is None:
            raise _OutOfScoresError
        if function == StepName.AUDIT:
            audit = {"overall": score, "first_score": score, "confirmed_score": None, "findings": [{"note": score}]}
        else:
            audit = {**state["audit"], "overall": score, "confirmed_score": score, "findings": [{"note": score}]}
        return {**state, "log_seq": state["log_seq"] + 1, "draft": state["attempt"], "audit": audit}

    gate = {"min_overall_score": GATE, "max_retries": retries, "retry_from": "soul_draft", "confirm": confirm}
    config = {"pipeline": {"method": method, "audit": gate}}
    state = {"attempt": 1, "log_seq": 0, "start_at": "intent_parse", "config": config, "findings": []}
    return Execution(invoke).run({"state": state})


def outcomes(confirm: str, passing: float) -> Iterator[tuple[float, str]]:
    """Every way a run may go, with its probability and status; a judge passes the draft with probability `passing`."""
    waiting: list[tuple[float, tuple[float, ...]]] = [(1.0, ())]
    while waiting:
        probability, scores = waiting.pop()
        try:
            stored = executed(scores, confirm).stored
        except _OutOfScoresError:
            waiting.append((probability * passing, (*scores, GATE)))
            waiting.append((probability * (1 - passing), (*scores, GATE - 0.01)))
        else:
            assert stored is not None
            yield probability, stored["status"]


def share_active(confirm: str, quality: float) -> float:
    """The probability that a draft of this quality ships `active`, exactly."""
    passing = 1 - NormalDist(quality, NOISE).cdf(GATE - ROUNDING)
    found = list(outcomes(confirm, passing))
    assert sum(probability for probability, _ in found) == pytest.approx(1)
    return sum(probability for probability, status in found if status == "active")


@pytest.mark.parametrize(
    ("confirm", "most", "least"), [("after_retry", 0.36, 0.95), ("always", 0.20, 0.95), ("never", 0.66, 0.95)]
)
def test_a_weak_draft_cannot_be_retried_into_passing(confirm: str, most: float, least: float) -> None:
    assert share_active(confirm, 3.2) <= most
    assert share_active(confirm, 3.8) >= least


def test_without_confirmation_retries_inflate_the_audit() -> None:
    assert share_active("never", 3.2) > 0.6


@dataclass
class NoisyJudge:
    """Answers every step well, and audits with the draft's quality and its own noise. It keeps the audits' requests."""

    quality: float
    rng: random.Random
    name: str = "scripted:1"
    requests: list[ModelRequest] = field(default_factory=list)

    def complete(self, request: ModelRequest) -> Completion:
        answer: dict[str, Any] = GOOD_ANSWERS[request.output_type]
        if request.output_type is AuditReport:
            self.requests.append(request)
            score = min(5.0, max(0.0, self.rng.gauss(self.quality, NOISE)))
            answer = {"findings": [], "scores": {dimension.value: score for dimension in Dimension}}
        text = request.output_type.model_validate(answer).model_dump_json()
        return Completion(text, "scripted", "1", TokenUsage(input_tokens=1, output_tokens=1), 0.001)


def seeded(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a simulation


def run_with(judge: NoisyJudge, audit: AuditConfig) -> tuple[Execution, MemoryEventStore]:
    """An execution of the real steps against this judge."""
    beginning = new_run(BRIEF, "ws_test", RunSettings(EngineConfig(pipeline=PipelineConfig(audit=audit))), START)
    store = MemoryEventStore()
    steps = {step.name.value: step for step in (*ALL_STEPS, CONFIRM_AUDIT)}

    def invoke(function: str, payload: State) -> State:
        state = RunState.model_validate(payload)
        return performed(steps[function], state, judge, log_of(store, state)).model_dump(mode="json")

    return Execution(invoke).run(json.loads(beginning.execution_input())), store


@pytest.mark.random
@pytest.mark.parametrize(("confirm", "quality"), [("after_retry", 3.2), ("always", 3.2), ("always", 3.8)])
def test_the_real_steps_with_a_noisy_judge_ship_as_often(confirm: str, quality: float) -> None:
    rng, runs = seeded(20), examples(30, 120)
    audit = AuditConfig(confirm=confirm, retry_from="surface_ground")
    statuses = [run_with(NoisyJudge(quality, rng), audit)[0].stored for _ in range(runs)]
    active = sum(stored is not None and stored["status"] == "active" for stored in statuses)
    expected = share_active(confirm, quality)
    assert abs(active / runs - expected) < 4 * sqrt(expected * (1 - expected) / runs)


@pytest.mark.parametrize(
    ("scores", "confirm", "status", "ships", "overall"),
    [
        ([3.6], "after_retry", "active", 1, 3.6),
        ([3.6, 3.5], "always", "active", 1, 3.5),
        ([3.4, 3.6], "never", "active", 2, 3.6),
        ([3.4, 3.6, 3.5], "after_retry", "active", 2, 3.5),
        # Refused by the confirmation: sent back, and the next attempt passes twice.
        ([3.4, 3.6, 3.2, 3.9, 3.7], "after_retry", "active", 3, 3.7),
        # Flagged after the last: the best attempt that a second score refused, not the last one.
        ([3.4, 3.6, 3.1, 3.9, 3.4, 3.6, 3.3], "after_retry", "flagged", 3, 3.4),
        # One score of many is too high by selection: an attempt with two scores ships before it.
        ([3.45, 3.6, 3.3, 3.2, 3.1], "after_retry", "flagged", 2, 3.3),
        # No attempt passed: the best first score, the earlier one of a tie.
        ([3.1, 3.3, 3.3, 3.2], "after_retry", "flagged", 2, 3.3),
    ],
)
def test_the_best_confirmed_attempt_ships(
    scores: list[float], confirm: str, status: str, ships: int, overall: float
) -> None:
    stored = executed(scores, confirm).stored
    assert stored is not None
    assert (stored["status"], stored["state"]["draft"], stored["state"]["audit"]["overall"]) == (status, ships, overall)
    assert stored["state"]["log_seq"] == len(scores), "the newest entry of the log, whichever attempt ships"


def test_a_refused_draft_uses_up_a_retry_and_takes_the_findings_of_the_refusal() -> None:
    execution = executed([3.4, 3.6, 3.2], "after_retry", retries=1)
    assert execution.path.count("PrepareRetry") == 1
    assert execution.path[-2:] == ["Verdict", "Flag"]
    seen: list[State] = []

    def invoke(function: str, state: State) -> State:
        seen.append({"function": function, **state})
        overall = {"audit": 3.6, "confirm_audit": 3.0}.get(function)
        if overall is None:
            return state
        second = overall if function == "confirm_audit" else None
        audit = {"overall": overall, "confirmed_score": second, "findings": [{"note": function}]}
        return {**state, "audit": audit, "log_seq": 0, "draft": 1}

    gate = {"min_overall_score": GATE, "max_retries": 1, "retry_from": "mask_build", "confirm": "always"}
    state = {"attempt": 1, "start_at": "intent_parse", "config": {"pipeline": {"method": "six_steps", "audit": gate}}}
    Execution(invoke).run({"state": state})
    again = next(each for each in seen if each["function"] == "mask_build" and each["attempt"] == 2)
    assert again["findings"] == [{"note": "confirm_audit"}]


@pytest.mark.parametrize(
    ("confirm", "scores", "status"),
    [("after_retry", [3.5], "active"), ("always", [3.5, 3.4], "flagged"), ("always", [3.5, 3.5], "active")],
)
def test_a_single_call_is_confirmed_only_where_every_draft_is(confirm: str, scores: list[float], status: str) -> None:
    stored = executed(scores, confirm, method="single_call").stored
    assert stored is not None
    assert stored["status"] == status


def test_the_confirming_call_knows_neither_attempt_nor_score() -> None:
    """It sends, to the byte, what the audit of the same draft sent."""
    judge = NoisyJudge(3.6, seeded(3))
    execution, store = run_with(judge, AuditConfig(confirm="always", max_retries=3))
    assert "ConfirmAudit" in execution.path
    assert len(judge.requests) == store.types().count("audit.scored") > 1
    assert all(request == judge.requests[0] for request in judge.requests)


def test_both_scores_are_logged_and_kept() -> None:
    execution, store = run_with(NoisyJudge(4.5, seeded(1)), AuditConfig(confirm="always"))
    scored = [kept.entry.body() for kept in store.entries.values() if kept.entry.event.type == "audit.scored"]
    assert [(event["kind"], event["attempt"]) for event in scored] == [("first", 1), ("confirmation", 1)]
    assert execution.stored is not None
    audit = execution.stored["state"]["audit"]
    assert [audit["first_score"], audit["confirmed_score"]] == [event["overall"] for event in scored]
    assert audit["overall"] == audit["confirmed_score"]
    assert {event["rubric_version"] for event in scored} == {audit["rubric_version"]}
    assert [audit["first_judge"], audit["judge"]] == [event["judge"] for event in scored]
