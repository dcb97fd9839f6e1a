"""Reads evaluations: one, a page of them, and a report in other formats."""

from __future__ import annotations

from fourfold.config.registry import flattened
from fourfold.config.settings import Settings
from fourfold.evaluation.models import Arm, EvaluationReport
from fourfold.evaluation.record import Evaluation
from fourfold.http.cursors import opaque_cursor
from fourfold.http.problems import not_found
from fourfold.ids import is_evaluation_id
from functions.api.evaluations.schemas import (
    EvaluationArm,
    EvaluationDocument,
    EvaluationList,
    EvaluationSummary,
)
from functions.evaluation_ending import current_evaluation
from functions.wiring import evaluations


def known_evaluation(workspace_id: str, evaluation_id: str) -> Evaluation:
    """Returns the evaluation as `current_evaluation` does.

    Raises:
        ProblemError: 404, the workspace has no such evaluation.
    """
    found = evaluations().find(workspace_id, evaluation_id) if is_evaluation_id(evaluation_id) else None
    if found is None:
        raise not_found()
    return current_evaluation(found)


def evaluation_document(evaluation: Evaluation) -> EvaluationDocument:
    """Returns an evaluation with its report as it is stored."""
    return document_of(evaluation, evaluations().report(evaluation.workspace_id, evaluation.id))


def document_of(evaluation: Evaluation, report: EvaluationReport | None) -> EvaluationDocument:
    """Returns an evaluation with a report."""
    return EvaluationDocument(
        **summary_of(evaluation).model_dump(),
        repeats=evaluation.repeats,
        scenarios=evaluation.scenarios,
        metrics=evaluation.metrics,
        margin=evaluation.margin,
        revisions=evaluation.revisions,
        report=report,
    )


def evaluation_page(workspace_id: str, limit: int, after: str | None) -> EvaluationList:
    """Returns a page of evaluations, those that began before evaluation `after`."""
    page = evaluations().page(workspace_id, limit, after)
    return EvaluationList(
        data=tuple(summary_of(current_evaluation(each)) for each in page.evaluations),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )


def summary_of(evaluation: Evaluation) -> EvaluationSummary:
    """Returns an evaluation as lists show it."""
    a, b = evaluation.a, evaluation.b
    return EvaluationSummary(
        id=evaluation.id,
        name=evaluation.name,
        status=evaluation.status,
        run_id=evaluation.run_id,
        a=_arm(a, b),
        b=_arm(b, a),
        briefs=evaluation.briefs,
        brief_set=evaluation.brief_set,
        judge=evaluation.judge.model,
        max_usd=evaluation.max_usd,
        spent_usd=evaluation.spent_usd,
        stopped=evaluation.stopped,
        error=evaluation.error,
        created_at=evaluation.created_at,
        completed_at=evaluation.completed_at,
        delete_after=evaluation.delete_after,
    )


def _arm(arm: Arm, other: Arm) -> EvaluationArm:
    own, theirs = (flattened(Settings(engine=each.config)) for each in (arm, other))
    return EvaluationArm(
        label=arm.label,
        method=arm.method,
        config_hash=arm.config_hash,
        variant=arm.variant,
        differs={key: value for key, value in own.items() if theirs[key] != value},
    )
