"""Concludes an evaluation: reads what its cells came to, and stores the report with the end of its run, once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from typing import Final

from fourfold.evaluation.judging import Judgement, PairJudgement
from fourfold.evaluation.models import SIDES, BriefItem, EvaluationReport, Observation, Preference, Side
from fourfold.evaluation.observing import (
    judgements_of,
    judging_cost,
    observation,
    pair_judgements_of,
    preference_of,
    replies_of,
)
from fourfold.evaluation.record import Evaluation, EvaluationStatus, StopReason
from fourfold.evaluation.refused_models import refusal_of_calls, refusal_of_run
from fourfold.evaluation.report import EvaluationData, report
from fourfold.evaluation.silent_judge import silence_of
from fourfold.evaluation.store import Budget, Committed, EvaluationStore
from fourfold.events.envelope import EventData, bus_entry
from fourfold.events.evaluation import EvaluationCompleted, EvaluationFailed
from fourfold.persona import TokenUsage, Usage
from fourfold.pipeline.cancellation import CANCELLED
from fourfold.pipeline.store import PersonaStore
from fourfold.problem import Problem, problem
from fourfold.progress.events import JobCompleted, JobFailed
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.scenario_names import SCENARIO_NAMES
from fourfold.spending.spent import NANO, NOTHING_SPENT, Account, Accounts, Spent, added, nano_usd, spent_on

EVALUATION_FAILED: Final[Problem] = problem(
    "evaluation_failed",
    "The evaluation failed",
    500,
    "A part of the evaluation could not be executed. Its report holds what was observed; start it again for the rest.",
)


# The step under which replies to scenarios are counted, beside those of the judge.
REPLY_STEP: Final = "reply"
_KIND: Final = RunKind.EVALUATION.value
# Briefs whose cells are read together: two requests for runs and for personas, with some 2 MB of personas in memory.
_BRIEFS_AT_ONCE: Final = 100


@dataclass(frozen=True)
class ConclusionContext:
    """The stores and the clock of a conclusion."""

    evaluations: EvaluationStore
    personas: PersonaStore
    budget: Budget
    log: RunLog
    clock: Callable[[], datetime]


@dataclass(frozen=True)
class _Observed:
    observations: tuple[Observation, ...]
    preferences: tuple[Preference, ...]
    judgements: dict[Side, list[Judgement]]
    pair_judgements: list[PairJudgement]
    replies: dict[Side, Accounts]  # what they came to: the replies themselves would take most of the memory
    refusal: Problem | None  # the first one of a model that the evaluation needs


def conclude(evaluation: Evaluation, context: ConclusionContext, failure: Problem | None = None) -> Evaluation:
    """Ends a running evaluation with its report and its events; returns it as it ended, by this call or another.

    A stop may have come between the record and the last entry of the log: the log of an ended one is ended too.
    """
    run = context.personas.run(evaluation.workspace_id, evaluation.run_id)
    if run is None:
        return evaluation
    if evaluation.status is EvaluationStatus.RUNNING:
        evaluation, run = _concluded(evaluation, run, context, failure)
    if run.status is not RunStatus.RUNNING and not context.log.ended():
        context.log.append(_last_event(run))
    return evaluation


def _concluded(
    evaluation: Evaluation, run: Run, context: ConclusionContext, failure: Problem | None
) -> tuple[Evaluation, Run]:
    """Stores the end of an evaluation with its report, its run and its event, unless it is stored."""
    if failure is not None:
        context.budget.stop("failed")  # cells that are still executed send no further call
    stopped: StopReason | None = "failed" if failure is not None else context.budget.stopped()
    briefs = context.evaluations.briefs(evaluation.workspace_id, evaluation.id)
    observed = _observed(evaluation, len(briefs), context)
    if stopped == "failed":
        failure = failure or observed.refusal or _silence(observed) or EVALUATION_FAILED
    committed = context.budget.spent()
    built = report(_data(evaluation, briefs, observed, stopped, committed))
    ended = _ended(evaluation, stopped, failure, committed, context.clock())
    own = _spent(run, observed)
    ended_run = _ended_run(run, ended, own)
    event = _event(ended, ended_run, built)
    entry = bus_entry(
        event,
        workspace_id=run.workspace_id,
        correlation_id=run.id,
        occurred_at=ended_run.completed_at or run.started_at,
    )
    if not context.evaluations.finish(ended, ended_run, built, [entry], own):
        stored = context.personas.run(run.workspace_id, run.id)
        if stored is None:  # the evaluation was deleted, and its log with it
            return ended, run
        ended_run = stored
        ended = context.evaluations.find(evaluation.workspace_id, evaluation.id) or ended
    return ended, ended_run


def _observed(evaluation: Evaluation, briefs: int, context: ConclusionContext) -> _Observed:
    stored = context.evaluations.judgements(evaluation)
    found: list[Observation] = []
    preferences: list[Preference] = []
    pair_judgements: list[PairJudgement] = []
    judged: dict[Side, list[Judgement]] = {side: [] for side in SIDES}
    replied: dict[Side, Accounts] = dict.fromkeys(SIDES, NOTHING_SPENT)
    refusal: Problem | None = None
    for first in range(0, briefs, _BRIEFS_AT_ONCE):
        some = range(first, min(first + _BRIEFS_AT_ONCE, briefs))
        cells = context.evaluations.cells(evaluation, some)
        for brief, side in product(some, SIDES):
            judgements = judgements_of(evaluation, brief, side, stored)
            replies = replies_of(evaluation, brief, side, stored)
            judged[side] += judgements
            calls = [call for reply in replies for call in reply.calls]
            replied[side] = added(replied[side], spent_on(_KIND, evaluation.author, calls, REPLY_STEP))
            calls += [call for judgement in judgements for call in judgement.calls]
            cell = cells.get((brief, side))
            run = None if cell is None else cell.run
            refusal = refusal or refusal_of_run(run, brief) or refusal_of_calls(calls, brief)
            seen = None if cell is None else observation(evaluation, brief, side, cell, judgements, replies)
            if seen is not None:
                found.append(seen)
        for brief in some:
            compared = pair_judgements_of(brief, stored).values()
            pair_judgements += compared
            refusal = refusal or refusal_of_calls((call for each in compared for call in each.calls), brief)
            preference = preference_of(brief, stored)
            if preference is not None:
                preferences.append(preference)
    return _Observed(tuple(found), tuple(preferences), judged, pair_judgements, replied, refusal)


def _silence(observed: _Observed) -> Problem | None:
    judgements = [one for each in observed.judgements.values() for one in each]
    if any(one.overall is not None for one in judgements):
        return None
    return silence_of(call for one in judgements for call in one.calls)


def _data(
    evaluation: Evaluation,
    briefs: Iterable[BriefItem],
    observed: _Observed,
    stopped: StopReason | None,
    committed: Committed,
) -> EvaluationData:
    given = [one for each in observed.judgements.values() for one in each if one.rubric_version is not None]
    return EvaluationData(
        a=evaluation.a,
        b=evaluation.b,
        briefs=tuple(briefs),
        observations=observed.observations,
        preferences=observed.preferences,
        judge=evaluation.judge.model,
        rubric_version=given[0].rubric_version if given else None,
        brief_set=evaluation.brief_set,
        metrics=evaluation.metrics,
        margin=evaluation.margin,
        judge_usd=(judging_cost(observed.judgements["a"])[1], judging_cost(observed.judgements["b"])[1]),
        reply_usd=(_usd(observed.replies["a"]), _usd(observed.replies["b"])),
        stopped=stopped,
        notes=[*_notes_on_scenarios(evaluation), *_notes(committed)],
    )


def _usd(replies: Accounts) -> float | None:
    is_known = replies and not any(spent.unpriced for spent in replies.values())
    return round(nano_usd(replies) / NANO, 6) if is_known else None


def _notes_on_scenarios(evaluation: Evaluation) -> list[str]:
    if not evaluation.scenarios:
        return []
    texts = [evaluation.arm(side).config.pipeline.variant.texts for side in SIDES]
    replaced = len({name for each in texts for name in each} & set(SCENARIO_NAMES))
    own = [sum(name in each for name in evaluation.scenarios) for each in texts]
    note = (
        f"Each persona answered {len(evaluation.scenarios)} of the {replaced} scenarios that a side replaces "
        f"({', '.join(evaluation.scenarios)}): A with {own[0]} texts of its own, B with {own[1]}. Replies to other "
        "texts differ in what they speak of too, and not in voice alone."
    )
    return [note]


def _notes(committed: Committed) -> list[str]:
    if not committed.unknown_calls:
        return []
    note = (
        f"A stop of the server cut off {committed.unknown_calls} calls before their answer was recorded. Whether they "
        f"were billed is not known; they count as {committed.unknown_usd:.4f} USD of what was spent."
    )
    return [note]


def _ended(
    evaluation: Evaluation,
    stopped: StopReason | None,
    failure: Problem | None,
    committed: Committed,
    now: datetime,
) -> Evaluation:
    status = {"failed": EvaluationStatus.FAILED, "cancelled": EvaluationStatus.CANCELLED}.get(
        stopped or "", EvaluationStatus.COMPLETED
    )
    return evaluation.model_copy(
        update={
            "status": status,
            "stopped": stopped,
            "error": failure,
            "spent_usd": round(committed.usd, 6),
            "completed_at": now,
        }
    )


def _ended_run(run: Run, ended: Evaluation, own: Accounts) -> Run:
    """The evaluation's run with tokens and USD of its judge and of replies: the personas have runs of their own."""
    tokens = sum((spent.tokens for spent in own.values()), start=TokenUsage())
    error = {EvaluationStatus.FAILED: ended.error, EvaluationStatus.CANCELLED: CANCELLED}.get(ended.status)
    return run.model_copy(
        update={
            "status": RunStatus.COMPLETED if error is None else RunStatus.FAILED,
            "error": error,
            "usage": Usage(tokens=tokens, cost_usd=_usd(own) if own else 0.0),
            "completed_at": ended.completed_at,
        }
    )


def _spent(run: Run, observed: _Observed) -> dict[Account, Spent]:
    """What the calls of the judge and of replies came to; those of the personas are counted with their runs."""
    calls = [call for each in observed.judgements.values() for one in each for call in one.calls]
    calls += [call for one in observed.pair_judgements for call in one.calls]
    judged = spent_on(run.kind.value, run.author, calls)
    return added(judged, added(observed.replies["a"], observed.replies["b"]))


def _event(ended: Evaluation, run: Run, built: EvaluationReport) -> EventData:
    cost, duration = ended.spent_usd or 0.0, _duration_ms(run)
    if ended.error is not None:
        return EvaluationFailed(
            evaluation_id=ended.id, run_id=run.id, error=ended.error, cost_usd=cost, duration_ms=duration
        )
    return EvaluationCompleted(
        evaluation_id=ended.id,
        run_id=run.id,
        verdict=built.verdict,
        stopped="cancelled" if ended.stopped == "cancelled" else "budget" if ended.stopped == "budget" else None,
        briefs=built.briefs,
        pairs=built.pairs,
        briefs_to_settle=built.briefs_to_settle,
        cost_usd=cost,
        duration_ms=duration,
    )


def _last_event(run: Run) -> JobCompleted | JobFailed:
    if run.error is not None:
        return JobFailed(kind="evaluation", problem=run.error, duration_ms=_duration_ms(run))
    return JobCompleted(
        kind="evaluation", duration_ms=_duration_ms(run), tokens=run.usage.tokens, cost_usd=run.usage.cost_usd
    )


def _duration_ms(run: Run) -> int:
    return max(0, round(((run.completed_at or run.started_at) - run.started_at).total_seconds() * 1000))
