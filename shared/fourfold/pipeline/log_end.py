"""Ends the log of a run that has ended."""

from __future__ import annotations

from fourfold.persona import PersonaStatus
from fourfold.pipeline.bus_entries import run_duration_ms
from fourfold.pipeline.run_context import RunContext, identity_of
from fourfold.progress.events import PipelineCompleted, PipelineFailed
from fourfold.progress.run import Run


def log_end(run: Run, context: RunContext, *, seen: int, shipped_as: PersonaStatus | None = None) -> None:
    """Appends the last event of an ended run to its log, unless the log has it.

    Args:
        run: the run.
        context: stores and clock.
        seen: the newest entry known.
        shipped_as: the status of the persona that the run wrote; read from the store if the caller has not just
            stored it.
    """
    event = _last_event(run, context, shipped_as)
    if event is not None:
        context.log_of(identity_of(run), seen).append(event)


def _last_event(
    run: Run, context: RunContext, shipped_as: PersonaStatus | None
) -> PipelineCompleted | PipelineFailed | None:
    duration_ms = run_duration_ms(run, run.completed_at or run.started_at)
    if run.error is not None:
        return PipelineFailed(problem=run.error, duration_ms=duration_ms)
    if shipped_as is None:
        version = context.store.version_of_run(run.workspace_id, run.owner, run.id)
        if version is None:
            return None
        shipped_as = version.persona.status
    return PipelineCompleted(status=shipped_as, duration_ms=duration_ms)
