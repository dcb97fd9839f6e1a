"""Lambda entry: deletes evaluations whose time is over, with their personas. A schedule invokes it every hour."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.evaluation.erasing import erase_slice
from fourfold.evaluation.record import EvaluationStatus
from fourfold.storage.evaluations.due import Due, is_due_by
from functions.clock import now
from functions.evaluation_ending import current_evaluation
from functions.evaluation_erasure import erasure_store, evaluation_eraser
from functions.wiring import due_evaluations, evaluations

logger = Logger()
# What is kept free of the invocation's time, for the pair that is being deleted when a slice ends.
_LAST_S: Final = 20.0


def handler(_event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Returns `{deleted}`: how many evaluations. What is left when the time is over is due in the next hour."""
    deleted = 0
    for due in due_evaluations().until(now()):
        if _seconds_left(context) <= 0:
            break
        try:
            deleted += _erased(due, context)
        except Exception:  # one that cannot be deleted must not keep those behind it; it is tried again in an hour
            logger.exception("evaluation not deleted", extra={"evaluation_id": due.evaluation_id})
    logger.info("expired evaluations deleted", extra={"deleted": deleted})
    return {"deleted": deleted}


def _erased(due: Due, context: LambdaContext) -> bool:
    stored = evaluations().find(due.workspace_id, due.evaluation_id)
    if stored is None:  # it was deleted on request, or not stored whole
        erasure_store().remove_absent(due, lambda: _seconds_left(context) > 0)
        return False
    if not is_due_by(stored, due):
        erasure_store().remove_entry(due)
        return False
    evaluation = current_evaluation(stored)  # fails a lost one, which no caller may ever read
    is_running = evaluation.status is EvaluationStatus.RUNNING
    return not is_running and erase_slice(evaluation, evaluation_eraser(), _seconds_left(context))


def _seconds_left(context: LambdaContext) -> float:
    return context.get_remaining_time_in_millis() / 1000 - _LAST_S
