"""A run as it goes on: read, waited for, followed; and ended here if nobody works on it any more."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from fastapi import Request

from fourfold.http.problems import ProblemError
from fourfold.ids import id_created_at
from fourfold.jobs.job import fail_job
from fourfold.jobs.message import MESSAGE_RETENTION
from fourfold.jobs.store import JobStatus
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import JOB_LOST, problem_from
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.staleness import is_stale, may_be_stale
from fourfold.problem import problem
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunKind, RunStatus, with_progress
from functions.api.wiring import in_following_thread, in_thread
from functions.clock import now
from functions.wiring import event_store, job_context, persona_store, run_context

# API Gateway and Lambda end everything after 15 minutes; what is still going on then ends a little before.
LONGEST_REPLY_S = 14.5 * 60

_STOPPING = problem("service_stopping", "The service is stopping", 503, "Resume with Last-Event-ID in a moment.")


@dataclass(frozen=True)
class FollowedRun:
    """Which run, and on behalf of which request."""

    request: Request
    workspace_id: str
    run_id: str

    async def run(self) -> Run | None:
        """The run; attempts and usage come from its log while it runs."""
        return await in_thread(lambda: current_run(self.workspace_id, self.run_id))

    async def batches(self, after: int = 0, patience_s: float = LONGEST_REPLY_S) -> AsyncGenerator[Sequence[LogEntry]]:
        """The log's entries after `after` as they come; ends at the terminal one or when patience is over.

        Raises:
            ProblemError: the server is stopping.
        """
        log, state = event_store(self.workspace_id, self.run_id), self.request.app.state
        deadline = time.monotonic() + patience_s

        async def read(seen: int) -> Sequence[LogEntry]:
            return await in_following_thread(lambda: list(log.entries(seen)))

        async def ended() -> bool:
            run = await self.run()
            return run is None or run.status is not RunStatus.RUNNING

        async with aclosing(state.tails.follow(read, after, ended)) as followed:
            async for entries in followed:
                yield entries
                if state.stopping.is_set():
                    raise ProblemError(_STOPPING)
                if time.monotonic() >= deadline:
                    return


def current_run(workspace_id: str, run_id: str) -> Run | None:
    """The run as it stands now, or None."""
    run = persona_store().run(workspace_id, run_id)
    if run is None or run.status is not RunStatus.RUNNING:
        return run
    entries = list(event_store(workspace_id, run_id).entries())
    if run.kind is not RunKind.GENERATION:
        return _current_job(run, entries)
    if is_stale(run, entries, now()):
        fail_run(identity_of(run), problem_from("ABORTED", ""), run_context())
        return persona_store().run(workspace_id, run_id)
    return with_progress(run, entries)


def _current_job(run: Run, entries: Sequence[LogEntry]) -> Run:
    """A job as it stands: one that nobody works on any more, or that another took the place of, has failed."""
    if not is_stale(run, entries, now()) or _queued(run):
        return run
    failed = run.model_copy(update={"status": RunStatus.FAILED, "error": JOB_LOST, "completed_at": now()})
    place = job_context()
    return fail_job(run, JOB_LOST, place) or place.store.run(run.workspace_id, run.id) or failed


def _queued(run: Run) -> bool:
    """Whether the job waits for a worker: many asked for at once take their turns, and say nothing meanwhile."""
    state = job_context().store.state(run.workspace_id, run.persona_id, run.kind)
    waiting = state is not None and state.run_id == run.id and state.status is JobStatus.PENDING
    return waiting and now() - run.started_at < MESSAGE_RETENTION


def current_persona(workspace_id: str, persona: Persona) -> Persona:
    """The persona as it stands now: a run that seems to go on for ever has failed."""
    pending = persona.pending_run_id
    if pending is None and persona.status is PersonaStatus.GENERATING:  # stored before runs were noted
        pending = persona.run_id
    if pending is None or not may_be_stale(id_created_at(pending), now()):
        return persona
    current_run(workspace_id, pending)
    return persona_store().persona(workspace_id, persona.id) or persona
