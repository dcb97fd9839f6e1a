"""Starts evaluations: checks the request whole before anything is stored or spent."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from fourfold.config.engine import AuditConfig
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.evaluation import estimate_evaluation
from fourfold.evaluation.asked_scenarios import asked_scenarios
from fourfold.evaluation.briefs import NoBriefSetError, brief_set
from fourfold.evaluation.comparability import incomparable
from fourfold.evaluation.evaluation_run import run_of
from fourfold.evaluation.measures import MEASURE_NAMES, REPLY_SEPARATION
from fourfold.evaluation.models import Arm, BriefItem
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.staleness import MAX_DURATION
from fourfold.evaluation.variants import VARIANT_KEY
from fourfold.http.problems import ProblemError, rejected, unavailable
from fourfold.ids import id_from_operation
from fourfold.personas.filters import PersonaFilter
from fourfold.pipeline.staleness import MAX_SILENCE
from fourfold.pipeline.submit import NOT_STARTED, NotStartedError
from fourfold.problem import FieldError
from fourfold.progress.events import RunStarted
from fourfold.spending.budget import BudgetExceededError, Reservation
from fourfold.spending.spent import NANO
from fourfold.text_rules import same_words
from functions.api.budget import asked_of_budget
from functions.api.dependencies import AdmittedCaller
from functions.api.evaluations.arms import arm_of, judge_of, require_speakers
from functions.api.evaluations.sameness import is_same
from functions.api.evaluations.schemas import MOST_LAST, EvaluationRequest
from functions.api.runs.start_execution import EVALUATION_MACHINE, start_execution
from functions.clock import now
from functions.wiring import evaluation_log, evaluations, persona_search

_PAGE: Final = 100


@dataclass(frozen=True)
class EvaluationPlan:
    """What a valid request comes to."""

    a: Arm
    b: Arm
    judge: AuditConfig
    scenarios: tuple[str, ...]
    metrics: tuple[str, ...]
    briefs: tuple[BriefItem, ...]
    estimate: Estimate


def plan_evaluation(caller: AdmittedCaller, body: EvaluationRequest) -> EvaluationPlan:
    """Returns the plan of a request.

    Raises:
        ProblemError: 422 by pointer, 403 a setting is locked.
    """
    _require_known_metrics(body.metrics)
    a, b = arm_of("a", body.a, caller.effective), arm_of("b", body.b, caller.effective)
    scenarios = asked_scenarios(a.config.pipeline.variant, b.config.pipeline.variant)
    _require_measurable(body, a, b, scenarios)
    if is_same(a, b) and not body.allow_same:
        detail = "B has the same settings as A. Change one of them, or set allow_same to see differences by chance."
        raise rejected([FieldError(pointer="/b", code="same_arms", detail=detail)])
    judge = judge_of(body.judge, caller.effective)
    if scenarios:
        require_speakers(a, b)
    briefs = _briefs(caller.workspace_id, body)
    calls = 2 * body.repeats + 2 * int(body.preferences)
    pair = estimate_evaluation(a, b, judge, briefs[:1], calls, scenarios=scenarios)
    if pair.usd.low is not None and pair.usd.low > body.max_usd:
        detail = f"One brief on both sides costs about {pair.usd.low:.4f} USD. Allow at least that much."
        raise rejected([FieldError(pointer="/max_usd", code="below_one_pair", detail=detail)])
    estimate = estimate_evaluation(a, b, judge, briefs, calls, scenarios=scenarios)
    return EvaluationPlan(a, b, judge, scenarios, _metrics(body, scenarios), briefs, estimate)


def start_evaluation(
    caller: AdmittedCaller, body: EvaluationRequest, plan: EvaluationPlan, operation_id: str
) -> Evaluation:
    """Stores the evaluation of a request and starts its execution; a repeated request returns the one it started.

    If a stop came between the two, the repeated request starts the execution. Once it is started, nothing happens.

    Raises:
        ProblemError: 402, a budget of the workspace or of the key has less left than the evaluation holds, or a price
            is not known; 503, the budget is contended, or the execution could not be started.
    """
    evaluation_id = id_from_operation("evl", operation_id)
    evaluation = evaluations().find(caller.workspace_id, evaluation_id)
    if evaluation is None:
        evaluation, held = _new_evaluation(caller, body, plan, operation_id), _reservation(caller, body, plan)
        run = run_of(evaluation, None if held is None else held.usd)
        try:
            evaluations().add(evaluation, run, plan.briefs, held)
        except BudgetExceededError as error:
            raise ProblemError(error.problem) from None
        except TimeoutError:  # many reserve at once; nothing is stored
            raise unavailable() from None
    if evaluation.status is EvaluationStatus.RUNNING:
        execute(evaluation, caller.settings.api.limits.concurrent_generations)
    return evaluation


def execute(evaluation: Evaluation, slots: int) -> None:
    """Starts the execution of an evaluation; one that was started before continues as it is.

    Raises:
        ProblemError: 503, it could not be started.
    """
    evaluation_log(evaluation).append(RunStarted())
    content = {
        "workspace_id": evaluation.workspace_id,
        "evaluation_id": evaluation.id,
        "briefs": evaluation.briefs,
        "slots": slots,
    }
    try:
        start_execution(evaluation.run_id, json.dumps(content), EVALUATION_MACHINE)
    except NotStartedError:
        raise ProblemError(NOT_STARTED, {"Retry-After": "5"}) from None


def _new_evaluation(
    caller: AdmittedCaller, body: EvaluationRequest, plan: EvaluationPlan, operation_id: str
) -> Evaluation:
    at, days = now(), caller.settings.api.retention.evaluation_days
    return Evaluation(
        id=id_from_operation("evl", operation_id),
        workspace_id=caller.workspace_id,
        run_id=id_from_operation("run", operation_id),
        name=body.name,
        a=plan.a,
        b=plan.b,
        judge=plan.judge,
        revisions=caller.effective.revisions,
        briefs=len(plan.briefs),
        brief_set=None if body.set is None else f"{body.set} {brief_set(body.set).hash}",
        repeats=body.repeats,
        preferences=body.preferences,
        scenarios=plan.scenarios,
        metrics=plan.metrics,
        margin=body.margin,
        max_usd=body.max_usd,
        author=caller.key_id,
        created_at=at,
        delete_after=None if days is None else at + timedelta(days=days),
    )


def _reservation(caller: AdmittedCaller, body: EvaluationRequest, plan: EvaluationPlan) -> Reservation | None:
    """What the evaluation holds of the budgets that limit the caller, until it ends.

    All that it may spend, which is more than its estimate: an estimate counts no retries. Nothing where each model is
    free.
    """
    asked = asked_of_budget(caller, lambda: plan.estimate, MAX_DURATION + MAX_SILENCE)
    if asked is None or plan.estimate.usd.high == 0:
        return asked
    return replace(asked, nano_usd=round(body.max_usd * NANO))


def _require_known_metrics(metrics: list[str]) -> None:
    detail = f"Not a measure, or given twice. The measures are {', '.join(MEASURE_NAMES)}."
    faults = [
        FieldError(pointer=f"/metrics/{place}", code="unknown_measure", detail=detail)
        for place, name in enumerate(metrics)
        if name not in MEASURE_NAMES or name in metrics[:place]
    ]
    if faults:
        raise rejected(faults)


def _metrics(body: EvaluationRequest, scenarios: Sequence[str]) -> tuple[str, ...]:
    """The measures that count: those that the request names, or the default ones."""
    by_default = scenarios and "metrics" not in body.model_fields_set
    return (*body.metrics, *([REPLY_SEPARATION] if by_default else []))


def _require_measurable(body: EvaluationRequest, a: Arm, b: Arm, scenarios: Sequence[str]) -> None:
    """An evaluation whose metrics can all not be measured would be paid for and end without a verdict."""
    if REPLY_SEPARATION in body.metrics and not scenarios:
        detail = (
            f"Personas answer scenarios only where a variant replaces their messages. Give {VARIANT_KEY} of A or B a "
            "text named after a scenario, such as comfort.money."
        )
        pointer = f"/metrics/{body.metrics.index(REPLY_SEPARATION)}"
        raise rejected([FieldError(pointer=pointer, code="not_measured", detail=detail)])
    absent = incomparable(a, b)
    if not body.preferences:
        absent["preference"] = "Without `preferences` the judge is not asked which persona is the better one."
    if all(name in absent for name in body.metrics):
        raise rejected(
            [
                FieldError(pointer=f"/metrics/{place}", code="not_measured", detail=absent[name])
                for place, name in enumerate(body.metrics)
            ]
        )


def _briefs(workspace_id: str, body: EvaluationRequest) -> tuple[BriefItem, ...]:
    if sum(source is not None for source in (body.briefs, body.last, body.set)) != 1:
        detail = "Give exactly one of `briefs`, `last` and `set`."
        raise rejected([FieldError(pointer="/briefs", code="one_source_of_briefs", detail=detail)])
    if body.size is not None and body.set is None:
        raise rejected([FieldError(pointer="/size", code="no_set", detail="`size` is of a shipped `set`.")])
    if body.set is not None:
        return _shipped(body.set, body.size)
    texts = _given(body.briefs) if body.briefs is not None else _newest(workspace_id, body.last or 0)
    return tuple(BriefItem(id=f"brief-{place}", text=text) for place, text in enumerate(texts, start=1))


def _shipped(name: str, size: int | None) -> tuple[BriefItem, ...]:
    try:
        briefs = brief_set(name).briefs
    except NoBriefSetError as absent:
        detail = f"No such set: {absent}."
        raise rejected([FieldError(pointer="/set", code="unknown_set", detail=detail)]) from None
    if size is not None and size > len(briefs):
        detail = f"The set has {len(briefs)} briefs."
        raise rejected([FieldError(pointer="/size", code="too_few_briefs", detail=detail)])
    return briefs[: size or len(briefs)]


def _given(briefs: list[str]) -> list[str]:
    first: dict[str, int] = {}
    faults = []
    for place, text in enumerate(briefs):
        earlier = first.setdefault(same_words(text), place)
        if earlier != place:
            detail = f"The same brief as /briefs/{earlier}. Each brief counts once."
            faults.append(FieldError(pointer=f"/briefs/{place}", code="duplicate", detail=detail))
    if faults:
        raise rejected(faults)
    return briefs


def _newest(workspace_id: str, wanted: int) -> list[str]:
    """The newest `wanted` different briefs of the workspace's personas; those of evaluations do not count."""
    found: dict[str, str] = {}
    after: str | None = None
    for _ in range(MOST_LAST // _PAGE):
        page = persona_search().page(workspace_id, PersonaFilter(), _PAGE, after)
        for persona in page.personas:
            if persona.imported_from is None and persona.intent.strip():
                found.setdefault(same_words(persona.intent), persona.intent)
        after = page.last
        if after is None or len(found) >= wanted:
            break
    if len(found) < wanted:
        detail = f"The newest personas of the workspace have {len(found)} different briefs. Ask for no more than these."
        raise rejected([FieldError(pointer="/last", code="too_few_briefs", detail=detail)])
    return list(found.values())[:wanted]
