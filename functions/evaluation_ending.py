"""Ends evaluations that no execution ends: those that are lost, and those that are cancelled before they begin."""

from __future__ import annotations

from fourfold.evaluation.concluding import EVALUATION_FAILED, conclude
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.staleness import MAX_LIFE, has_begun, is_lost
from fourfold.pipeline.staleness import may_be_stale
from fourfold.progress.log import LogEntry
from functions.clock import now, silence_now
from functions.wiring import budget, conclusion_context, evaluations, event_store


def current_evaluation(evaluation: Evaluation) -> Evaluation:
    """Returns the current state of an evaluation. A lost one is failed first, with the report of what it observed."""
    if evaluation.status is not EvaluationStatus.RUNNING or not may_be_stale(evaluation.created_at, now()):
        return evaluation
    if not is_lost(evaluation, _entries(evaluation), silence_now()):
        return evaluation
    return conclude(evaluation, conclusion_context(evaluation), EVALUATION_FAILED)


def cancel(evaluation: Evaluation) -> Evaluation:
    """Lets a running evaluation send no further call. Its execution ends it; one that has not begun ends here."""
    budget(evaluation.workspace_id, evaluation.id).stop("cancelled")
    if has_begun(_entries(evaluation)):
        return evaluation
    return conclude(evaluation, conclusion_context(evaluation))


def stop_all(workspace_id: str) -> int:
    """Cancels the evaluations of a workspace that is deleted. Returns how many an execution has yet to end."""
    running = 0
    for evaluation in list(evaluations().running(workspace_id, now() - MAX_LIFE)):
        cancelled = cancel(evaluation)
        if cancelled.status is EvaluationStatus.RUNNING:
            running += current_evaluation(cancelled).status is EvaluationStatus.RUNNING
    return running


def _entries(evaluation: Evaluation) -> list[LogEntry]:
    return list(event_store(evaluation.workspace_id, evaluation.run_id).entries())
