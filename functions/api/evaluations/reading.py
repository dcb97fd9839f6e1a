"""Reads evaluations: one, a page of them, and a report in other formats."""

from __future__ import annotations

from fastapi import Request, Response

from fourfold.config.registry import flattened
from fourfold.config.settings import Settings
from fourfold.evaluation.models import Arm
from fourfold.evaluation.record import Evaluation
from fourfold.http.cursors import opaque_cursor
from fourfold.http.problems import not_found
from fourfold.ids import is_evaluation_id
from functions.api.evaluations.schemas import (
    EvaluationArm,
    EvaluationDocument,
    EvaluationFormat,
    EvaluationList,
    EvaluationSummary,
)
from functions.api.responses import document
from functions.wiring import evaluations


def known_evaluation(workspace_id: str, evaluation_id: str) -> Evaluation:
    """Returns the evaluation.

    Raises:
        ProblemError: 404, the workspace has no such evaluation.
    """
    found = evaluations().find(workspace_id, evaluation_id) if is_evaluation_id(evaluation_id) else None
    if found is None:
        raise not_found()
    return found


def evaluation_document(evaluation: Evaluation) -> EvaluationDocument:
    """Returns an evaluation with its report."""
    return EvaluationDocument(
        **_summary(evaluation).model_dump(),
        repeats=evaluation.repeats,
        metrics=evaluation.metrics,
        margin=evaluation.margin,
        revisions=evaluation.revisions,
        report=evaluations().report(evaluation.workspace_id, evaluation.id),
    )


def evaluation_page(workspace_id: str, limit: int, after: str | None) -> EvaluationList:
    """Returns a page of evaluations, those that began before evaluation `after`."""
    page = evaluations().page(workspace_id, limit, after)
    return EvaluationList(
        data=tuple(map(_summary, page.evaluations)),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )


def formatted(request: Request, found: EvaluationDocument, wanted: EvaluationFormat | None) -> Response:
    """Returns the evaluation in the format that was asked for."""
    del request, wanted
    return document(found)


def _summary(evaluation: Evaluation) -> EvaluationSummary:
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
