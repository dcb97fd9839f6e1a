"""Cancels and deletes evaluations."""

from __future__ import annotations

from typing import Final

from fourfold.evaluation.erasing import erase_slice
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.http.problems import ProblemError, unavailable
from fourfold.pipeline.store import ConcurrentChangeError
from fourfold.problem import problem
from functions.api.evaluations.reading import known_evaluation
from functions.api.evaluations.schemas import EvaluationErasure
from functions.evaluation_ending import cancel
from functions.evaluation_erasure import evaluation_eraser

# Far below the time at which API Gateway ends a silent request.
_SLICE_S: Final = 20.0


def cancel_evaluation(workspace_id: str, evaluation_id: str) -> Evaluation:
    """Lets an evaluation send no further call, as `evaluation_ending.cancel` does.

    Raises:
        ProblemError: 404 no such evaluation, 409 it has ended.
    """
    evaluation = known_evaluation(workspace_id, evaluation_id)
    if evaluation.status is not EvaluationStatus.RUNNING:
        detail = f"Its status is {evaluation.status.value}. Only an evaluation in progress can be cancelled."
        raise ProblemError(problem("evaluation_finished", "The evaluation has ended", 409, detail))
    return cancel(evaluation)


def delete_evaluation(workspace_id: str, evaluation_id: str) -> EvaluationErasure | None:
    """Deletes an ended evaluation with its personas and their runs, for about 20 seconds; None if nothing is left.

    After an interruption it may be repeated.

    Raises:
        ProblemError: 404 no such evaluation, 409 it is running, 503 a persona is changed at the same time.
    """
    evaluation = known_evaluation(workspace_id, evaluation_id)
    if evaluation.status is EvaluationStatus.RUNNING:
        detail = "Cancel it first, and delete it when it has ended."
        raise ProblemError(problem("evaluation_running", "The evaluation is in progress", 409, detail))
    eraser = evaluation_eraser()
    try:
        if erase_slice(evaluation, eraser, _SLICE_S):
            return None
    except ConcurrentChangeError:
        raise unavailable() from None
    return EvaluationErasure(
        evaluation_id=evaluation.id, erased_briefs=eraser.store.erased(evaluation), briefs=evaluation.briefs
    )
