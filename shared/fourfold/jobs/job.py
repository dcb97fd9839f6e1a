"""Does a job: claims it, works through its items, stores what it pays for in waves, and ends it once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.jobs.answers import PaidAnswers
from fourfold.jobs.concurrency import concurrently
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import Checkpoints, Ending, JobState, JobStatus, JobStore, Lease
from fourfold.persona import Persona, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import JobCompleted, JobFailed, JobProgress, JobStarted
from fourfold.progress.log import RunLog, RunOverError
from fourfold.progress.run import Run, RunKind, RunStatus

# A job logs at most so many `job.progress` events.
_MAX_PROGRESS_EVENTS = 10

JobName = Literal["fingerprint", "provocation"]


@dataclass(frozen=True)
class Conclusion:
    """What a job came to: the result's document, its bus event, the persona's summary of it, what it cost.

    `records` are what readers may still ask of the items, by item.
    """

    result: str
    entry: dict[str, Any] | None
    tokens: TokenUsage
    cost_usd: float | None
    summary: Callable[[Persona], Persona] | None = None
    records: Mapping[str, str] = field(default_factory=dict)


class Job(Protocol):
    """What one kind of job does with one persona."""

    def items(self, answers: PaidAnswers) -> Sequence[str]:
        """The keys of what is to be done, each once, in the order to begin them."""

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Does one item and keeps its result in `answers`, under its key. Called on several threads at once.

        Every paid call goes through `answers`. Raises to have the job tried again.
        """

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """The end, once every item is stored. `kept` is everything in the answers."""


@dataclass(frozen=True)
class JobContext:
    """What every job needs: its store, logs, checkpoints and the clock."""

    store: JobStore
    log_of: Callable[[Run], RunLog]
    checkpoints_of: Callable[[Run], Checkpoints]
    clock: Callable[[], datetime]


def new_run(order: JobMessage, config_hash: str, now: datetime, revisions: Revisions = UNCOMMITTED) -> Run:
    """The run of an order, as it is first stored: pinned to the settings of this hash, read at these revisions."""
    return Run(
        id=order.run_id,
        kind=order.kind,
        persona_id=order.persona_id,
        workspace_id=order.workspace_id,
        status=RunStatus.RUNNING,
        config_hash=config_hash,
        config_revision=revisions.workspace,
        config_revisions=revisions,
        started_at=now,
    )


def do_job(
    run: Run, work: Job, place: JobContext, *, concurrency: int, may_begin: Callable[[], bool] = lambda: True
) -> Run | None:
    """Does what is left of a claimed run and ends it. None if another worker ended it first, or its persona is deleted.

    Raises:
        JobTimeoutError: time ran out; the next delivery of the order resumes the run.
        Exception: what an item raised; the same holds. What was paid for is stored.
    """
    try:
        ended = _finish_items(run, work, place, concurrency, may_begin)
    except RunOverError:
        ended = None
    if ended is None:
        log_end(run.workspace_id, run.id, place)
    return ended


def _finish_items(
    run: Run, work: Job, place: JobContext, concurrency: int, may_begin: Callable[[], bool]
) -> Run | None:
    kind, log, answers = job_name(run.kind), place.log_of(run), PaidAnswers(place.checkpoints_of(run))
    log.append(JobStarted(kind=kind))
    items = list(work.items(answers))
    progress = _Progress(log, kind, items, logged=answers.stored(items))
    remaining = [key for key in items if answers.find(key) is None]
    try:
        for _ in concurrently(remaining, lambda key: work.perform(key, answers), concurrency, may_begin):
            progress.log_stored(answers)
    except Exception:  # whatever an item raised: what others were answered is paid for, and the next worker needs it
        answers.store()
        raise
    answers.store()
    progress.log_stored(answers)
    return _complete(run, work.conclude(run, answers.all(), place.clock()), place, log)


@dataclass
class _Progress:
    """Logs how many items are stored: at each tenth of them, and at the end. `logged` is what was known before."""

    log: RunLog
    kind: JobName
    items: Sequence[str]
    logged: int

    def log_stored(self, answers: PaidAnswers) -> None:
        """Logs the number of stored items, if it has passed a step."""
        done, total = answers.stored(self.items), len(self.items)
        step = math.ceil(total / _MAX_PROGRESS_EVENTS) or 1
        if done // step > self.logged // step or self.logged < done == total:
            self.logged = done
            self.log.append(JobProgress(kind=self.kind, done=done, total=total))


def fail_job(run: Run, error: Problem, place: JobContext) -> Run | None:
    """Ends a job without a result. None if it had ended, or another took its place."""
    now = place.clock()
    ended = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": error})
    state = JobState(status=JobStatus.FAILED, run_id=run.id, updated_at=now, error=error)
    if not place.store.finish(Ending(ended, state)):
        log_end(run.workspace_id, run.id, place)
        return None
    place.log_of(run).append(_end_of(ended))
    return ended


def _complete(run: Run, conclusion: Conclusion, place: JobContext, log: RunLog) -> Run | None:
    now = place.clock()
    usage = Usage(tokens=conclusion.tokens, cost_usd=conclusion.cost_usd)
    ended = run.model_copy(update={"status": RunStatus.COMPLETED, "completed_at": now, "usage": usage})
    state = JobState(status=JobStatus.READY, run_id=run.id, updated_at=now)
    ending = Ending(
        ended,
        state,
        result=conclusion.result,
        records=conclusion.records,
        entry=conclusion.entry,
        summary=conclusion.summary,
    )
    if not place.store.finish(ending):
        return None
    log.append(_end_of(ended))
    return ended


def log_end(workspace_id: str, run_id: str, place: JobContext) -> None:
    """Logs the end of a run that is over, if its log does not tell of it: whoever ended it died in between."""
    run = place.store.run(workspace_id, run_id)
    if run is None or run.status is RunStatus.RUNNING:
        return
    log = place.log_of(run)
    if not log.over():
        log.append(_end_of(run))


def _end_of(run: Run) -> JobCompleted | JobFailed:
    """The last entry in the log of a run that is over."""
    kind, duration_ms = job_name(run.kind), _duration_ms(run)
    if run.error is not None:
        return JobFailed(kind=kind, problem=run.error, duration_ms=duration_ms)
    return JobCompleted(kind=kind, duration_ms=duration_ms, tokens=run.usage.tokens, cost_usd=run.usage.cost_usd)


def claim_run(
    order: JobMessage, place: JobContext, lease: Lease, config_hash: str, revisions: Revisions = UNCOMMITTED
) -> Run | None:
    """The order's run, claimed; None if there is nothing (more) to do for it.

    One that is taken up again is pinned to what it began with, not to the settings given here. Who follows a run that
    is over, or whose place this one takes, is told of its end.

    Raises:
        UnderWayError: nobody asked for it, and another run under way is of the persona as it stands.
    """
    earlier = place.store.state(order.workspace_id, order.persona_id, order.kind)
    run = place.store.claim(order, new_run(order, config_hash, place.clock(), revisions), lease)
    if run is None:
        log_end(order.workspace_id, order.run_id, place)
    elif earlier is not None and earlier.run_id != run.id:
        log_end(order.workspace_id, earlier.run_id, place)
    return run


def _duration_ms(run: Run) -> int:
    return 0 if run.completed_at is None else round((run.completed_at - run.started_at).total_seconds() * 1000)


def job_name(kind: RunKind) -> JobName:
    """The kind as the log writes it.

    Raises:
        ValueError: a generation is no job.
    """
    match kind:
        case RunKind.FINGERPRINT:
            return "fingerprint"
        case RunKind.PROVOCATION:
            return "provocation"
        case _:
            raise ValueError("a generation is no job")
