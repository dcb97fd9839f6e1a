"""Pages of runs."""

from __future__ import annotations

from fourfold.http.cursors import opaque_cursor
from fourfold.pipeline.staleness import may_be_stale
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.runs.listing import RunFilter
from functions.api import wiring
from functions.api.runs.polling import current_run
from functions.api.runs.schemas import RunList, RunSummary, RunUsage
from functions.clock import now


def run_list(workspace_id: str, wanted: RunFilter, limit: int, after: str | None) -> RunList:
    """A page of runs. A lost run is failed first, so none is listed as `running` for ever."""
    page = wiring.run_directory().page(workspace_id, wanted, limit, after)
    current = [_current(run) for run in page.runs]
    return RunList(
        data=tuple(_summary(run) for run in current if wanted.selects(run)),
        has_more=page.last is not None,
        next_cursor=None if page.last is None else opaque_cursor(page.last),
    )


def _current(run: Run) -> Run:
    if run.status is not RunStatus.RUNNING or not may_be_stale(run.started_at, now()):
        return run
    return current_run(run.workspace_id, run.id) or run


def _summary(run: Run) -> RunSummary:
    in_progress = run.status is RunStatus.RUNNING
    return RunSummary(
        id=run.id,
        kind=run.kind,
        persona_id=run.persona_id,
        evaluation_id=run.evaluation_id,
        status=run.status,
        error=run.error,
        usage=None if in_progress else RunUsage(tokens=run.usage.tokens, cost_usd=run.usage.cost_usd),
        started_at=run.started_at,
        completed_at=run.completed_at,
    )
