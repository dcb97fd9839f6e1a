"""Cancels and deletes evaluations."""

from __future__ import annotations

from http import HTTPStatus

from fourfold.evaluation.cells import persona_id_of
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.http.problems import ProblemError
from fourfold.problem import problem
from functions.api.evaluations.ending import cancel
from functions.api.evaluations.reading import known_evaluation
from functions.api.personas.updates import remove_persona
from functions.wiring import evaluations, event_store


def cancel_evaluation(workspace_id: str, evaluation_id: str) -> Evaluation:
    """Lets an evaluation send no further call, as `ending.cancel` does.

    Raises:
        ProblemError: 404 no such evaluation, 409 it has ended.
    """
    evaluation = known_evaluation(workspace_id, evaluation_id)
    if evaluation.status is not EvaluationStatus.RUNNING:
        detail = f"Its status is {evaluation.status.value}. Only an evaluation in progress can be cancelled."
        raise ProblemError(problem("evaluation_finished", "The evaluation has ended", 409, detail))
    return cancel(evaluation)


def delete_evaluation(workspace_id: str, evaluation_id: str) -> None:
    """Deletes an ended evaluation with its personas and their runs. After an interruption it may be repeated.

    Raises:
        ProblemError: 404 no such evaluation, 409 it is running, 503 a persona is changed at the same time.
    """
    evaluation = known_evaluation(workspace_id, evaluation_id)
    if evaluation.status is EvaluationStatus.RUNNING:
        detail = "Cancel it first, and delete it when it has ended."
        raise ProblemError(problem("evaluation_running", "The evaluation is in progress", 409, detail))
    for brief in range(evaluation.briefs):
        for side in SIDES:
            _remove_persona(workspace_id, persona_id_of(evaluation_id, brief, side))
    event_store(workspace_id, evaluation.run_id).clear()
    evaluations().remove(evaluation)


def _remove_persona(workspace_id: str, persona_id: str) -> None:
    try:
        remove_persona(workspace_id, persona_id, [])
    except ProblemError as absent:
        if absent.problem.status != HTTPStatus.NOT_FOUND:  # it was not made, or is deleted already
            raise
