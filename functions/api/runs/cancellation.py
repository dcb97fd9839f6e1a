"""Cancels runs."""

from __future__ import annotations

from fourfold.http.problems import ProblemError, not_found
from fourfold.jobs.job import fail_job
from fourfold.pipeline.cancellation import CANCELLED, is_working
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.run_context import identity_of
from fourfold.problem import problem
from fourfold.progress.events import RunCancelling
from fourfold.progress.log import RunOverError
from fourfold.progress.run import Run, RunKind, RunStatus
from functions.api.runs.polling import current_run
from functions.evaluation_ending import cancel
from functions.wiring import evaluations, event_store, job_context, persona_store, run_context, run_log


def cancel_run(workspace_id: str, run_id: str) -> Run:
    """Asks a run to end before its next model call; ends it at once where no call can be in progress.

    Returns:
        The run: `failed` with `run_cancelled`, or still `running` with `cancel_requested_at`.

    Raises:
        ProblemError: 404 no such run, 409 it has ended.
    """
    run = current_run(workspace_id, run_id)
    if run is None:
        raise not_found()
    if run.status is not RunStatus.RUNNING:
        raise run_finished(run)
    if run.evaluation_id is not None and run.kind is RunKind.EVALUATION:
        return _cancel_evaluation(run, run.evaluation_id)
    identity = identity_of(run)
    try:
        run_log(identity, 0).append(RunCancelling())
    except RunOverError:
        raise run_finished(current_run(workspace_id, run_id) or run) from None
    if not is_working(list(event_store(workspace_id, run_id).entries())):
        if run.kind.is_pipeline:
            fail_run(identity, CANCELLED, run_context())
        else:
            fail_job(run, CANCELLED, job_context())
    cancelled = current_run(workspace_id, run_id)
    if cancelled is None:
        raise not_found()
    if cancelled.status is RunStatus.COMPLETED:
        raise run_finished(cancelled)
    return cancelled


def _cancel_evaluation(run: Run, evaluation_id: str) -> Run:
    evaluation = evaluations().find(run.workspace_id, evaluation_id)
    if evaluation is None:
        raise not_found()
    cancel(evaluation)
    return persona_store().run(run.workspace_id, run.id) or run


def run_finished(run: Run) -> ProblemError:
    """409: the run has ended."""
    ended = "It was cancelled before" if run.error is not None and run.error.code == CANCELLED.code else "It has ended"
    detail = f"{ended}; its status is {run.status.value}. Only a run in progress can be cancelled."
    return ProblemError(problem("run_finished", "The run has ended", 409, detail))
