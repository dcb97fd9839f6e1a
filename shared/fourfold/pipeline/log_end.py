"""Ends the log of a run that has ended."""

from __future__ import annotations

from fourfold.pipeline.bus_entries import run_duration_ms
from fourfold.pipeline.run_context import RunContext, identity_of
from fourfold.progress.events import PipelineCompleted, PipelineFailed
from fourfold.progress.run import Run


def log_end(run: Run, context: RunContext, *, seen: int) -> None:
    """Appends the last event of an ended run to its log, unless the log has it; `seen` is the newest entry known."""
    event = _last_event(run, context)
    if event is not None:
        context.log_of(identity_of(run), seen).append(event)


def _last_event(run: Run, context: RunContext) -> PipelineCompleted | PipelineFailed | None:
    duration_ms = run_duration_ms(run, run.completed_at or run.started_at)
    if run.error is not None:
        return PipelineFailed(problem=run.error, duration_ms=duration_ms)
    version = context.store.version_of_run(run.workspace_id, run.owner, run.id)
    if version is None:
        return None
    return PipelineCompleted(status=version.persona.status, duration_ms=duration_ms)
