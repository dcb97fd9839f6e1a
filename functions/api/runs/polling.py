"""Reads and follows runs in progress, and fails runs that are lost."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from fastapi import Request

from fourfold.evaluation.record import EvaluationStatus
from fourfold.http.problems import ProblemError, not_found
from fourfold.ids import id_created_at, is_run_id
from fourfold.jobs.job import fail_job
from fourfold.jobs.message import MESSAGE_RETENTION
from fourfold.jobs.store import JobStatus
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.cancellation import with_cancellation
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import JOB_LOST, problem_from
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.staleness import is_stale, may_be_stale
from fourfold.problem import problem
from fourfold.progress.log import LogEntry, LogPlace
from fourfold.progress.ports import RunKey
from fourfold.progress.run import Run, RunKind, RunStatus, with_progress
from fourfold.storage.client import dynamodb
from fourfold.storage.progress.events import existing_entries
from fourfold.storage.runs.records import running_runs
from fourfold.storage.table import Table
from functions.api.runs.open_streams import open_stream
from functions.api.wiring import in_polling_thread, in_thread
from functions.clock import now, silence_now
from functions.evaluation_ending import current_evaluation
from functions.wiring import evaluations, event_store, job_context, persona_store, run_context

Polled = TypeVar("Polled")

# API Gateway and Lambda end a reply after 15 minutes, so waits and streams end a little earlier.
MAX_REPLY_S = 14.5 * 60
# A slot of a stream whose process ended is free this long after the stream would have ended.
_SLOT_MARGIN_S = 30

_STOPPING = problem(
    "service_stopping", "The service is restarting", 503, "Reconnect with Last-Event-ID in a few seconds."
)


@dataclass(frozen=True)
class FollowedRun:
    """A run that a request follows."""

    request: Request
    workspace_id: str
    run_id: str

    async def run(self) -> Run | None:
        """Returns the run, or None; while it runs, attempts and usage are computed from its log."""
        return await in_thread(lambda: current_run(self.workspace_id, self.run_id))

    async def known_run(self) -> Run:
        """Returns the run as `run` does.

        Raises:
            ProblemError: 404, the workspace has no such run.
        """
        run = await self.run() if is_run_id(self.run_id) else None
        if run is None:
            raise not_found()
        return run

    async def batches(self, after: int = 0, timeout_s: float = MAX_REPLY_S) -> AsyncGenerator[Sequence[LogEntry]]:
        """Yields nothing once it may follow, then as `entries` does.

        Raises:
            ProblemError: 429 the workspace has too many open streams, 503 the server is stopping.
        """
        async with open_stream(self.request.state.caller, timeout_s + _SLOT_MARGIN_S):
            yield ()
            async with aclosing(self.entries(after, timeout_s)) as followed:
                async for entries in followed:
                    yield entries

    async def entries(self, after: int = 0, timeout_s: float = MAX_REPLY_S) -> AsyncGenerator[Sequence[LogEntry]]:
        """Yields the log's entries after `after`, until the terminal entry or the timeout. For a run that has ended.

        Raises:
            ProblemError: 503, the server is stopping.
        """
        log, tails = event_store(self.workspace_id, self.run_id), self.request.app.state.tails

        async def read(seen: int) -> Sequence[LogEntry]:
            return await in_polling_thread(lambda: list(log.entries(seen)))

        polls = tails.follow(self.workspace_id, self.run_id, read, after, self._ended)
        async with aclosing(self._until(timeout_s, polls)) as followed:
            async for entries in followed:
                yield entries

    async def until_ended(self, timeout_s: float) -> AsyncGenerator[None]:
        """Yields after each poll of the run, until it has ended or the timeout. Raises as `batches`."""
        polls = self.request.app.state.run_ends.wait(RunKey(self.workspace_id, self.run_id), self._lost)
        async with (
            open_stream(self.request.state.caller, timeout_s + _SLOT_MARGIN_S),
            aclosing(self._until(timeout_s, polls)) as waited,
        ):
            async for _ in waited:
                yield

    async def _until(self, timeout_s: float, polls: AsyncGenerator[Polled]) -> AsyncGenerator[Polled]:
        """Yields what `polls` yields until the timeout; raises ProblemError when the server stops."""
        deadline = time.monotonic() + timeout_s
        async with aclosing(polls):
            async for polled in polls:
                yield polled
                if self.request.app.state.stopping.is_set():
                    raise ProblemError(_STOPPING)
                if time.monotonic() >= deadline:
                    return

    async def _ended(self) -> bool:
        run = await self.run()
        return run is None or run.status is not RunStatus.RUNNING

    async def _lost(self) -> bool:
        """Whether the run has ended, failed here if it is lost. A young run is not: nothing is read."""
        return may_be_stale(id_created_at(self.run_id), silence_now()) and await self._ended()


async def logged(places: Sequence[LogPlace]) -> Collection[LogPlace]:
    """Which of the entries are in their runs' logs."""
    return await in_polling_thread(
        lambda: existing_entries(dynamodb(), os.environ["FOURFOLD_RUN_EVENTS_TABLE"], places)
    )


async def ended_runs(runs: Sequence[RunKey]) -> Collection[RunKey]:
    """Which of the runs have ended, or are deleted."""
    table = Table(dynamodb(), os.environ["FOURFOLD_PERSONAS_TABLE"])
    running = await in_polling_thread(lambda: running_runs(table, runs))
    return set(runs) - running


def current_run(workspace_id: str, run_id: str) -> Run | None:
    """Returns the current state of a run, or None. A lost run is failed first."""
    run = persona_store().run(workspace_id, run_id)
    if run is None or run.status is not RunStatus.RUNNING:
        return run
    if run.kind is RunKind.EVALUATION:
        return _current_evaluation_run(run)
    entries = list(event_store(workspace_id, run_id).entries())
    if not run.kind.is_pipeline:
        return _current_job(with_cancellation(run, entries), entries)
    if is_stale(run, entries, silence_now()):
        fail_run(identity_of(run), problem_from("ABORTED", ""), run_context())
        return persona_store().run(workspace_id, run_id)
    return with_cancellation(with_progress(run, entries), entries)


def _current_evaluation_run(run: Run) -> Run | None:
    if run.evaluation_id is None or not may_be_stale(run.started_at, now()):
        return run
    evaluation = evaluations().find(run.workspace_id, run.evaluation_id)
    if evaluation is None or current_evaluation(evaluation).status is EvaluationStatus.RUNNING:
        return run
    return persona_store().run(run.workspace_id, run.id)


def _current_job(run: Run, entries: Sequence[LogEntry]) -> Run:
    """The current state of a job. A job without a worker, or replaced by another run, is failed first."""
    if not is_stale(run, entries, silence_now()) or _is_queued(run):
        return run
    failed = run.model_copy(update={"status": RunStatus.FAILED, "error": JOB_LOST, "completed_at": now()})
    jobs = job_context()
    return fail_job(run, JOB_LOST, jobs) or jobs.store.run(run.workspace_id, run.id) or failed


def _is_queued(run: Run) -> bool:
    """Whether the job is waiting in its queue, where it logs nothing, and so is not lost."""
    state = job_context().store.state(run.workspace_id, run.owner, run.kind)
    waiting = state is not None and state.run_id == run.id and state.status is JobStatus.PENDING
    return waiting and now() - run.started_at < MESSAGE_RETENTION


def current_persona(workspace_id: str, persona: Persona) -> Persona:
    """Returns the current state of a persona. Its pending run is failed first if it is lost."""
    pending = persona.pending_run_id
    if pending is None and persona.status is PersonaStatus.GENERATING:  # stored before pending_run_id existed
        pending = persona.run_id
    if pending is None or not may_be_stale(id_created_at(pending), now()):
        return persona
    current_run(workspace_id, pending)
    return persona_store().persona(workspace_id, persona.id) or persona
