"""Does a job: claims it, works through its items, keeps each, and ends it once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.jobs.concurrency import concurrently
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import Checkpoints, Ending, JobState, JobStatus, JobStore, Lease
from fourfold.persona import Persona, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import JobCompleted, JobFailed, JobProgress, JobStarted
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus

# Progress is told at most this often: fifty answers that come at once are no fifty events.
_PROGRESS_EVERY_S = 0.2

JobName = Literal["fingerprint", "provocation"]


@dataclass(frozen=True)
class Conclusion:
    """What a job came to: the result's document, its bus event, what of it stands in the persona, what it cost."""

    result: str
    entry: dict[str, Any] | None
    tokens: TokenUsage
    cost_usd: float | None
    summary: Callable[[Persona], Persona] | None = None


class Job(Protocol):
    """What one kind of job does with one persona."""

    def items(self) -> Sequence[str]:
        """The keys of what is to be done, each once, in the order to begin them."""

    def perform(self, key: str) -> str:
        """Does one item; the text is kept. Called on several threads at once. Raises to have the job tried again."""

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """The end, once every item is kept."""


@dataclass(frozen=True)
class JobContext:
    """What every job needs: its store, logs and checkpoints, and time. `monotonic` is in seconds."""

    store: JobStore
    log_of: Callable[[Run], RunLog]
    checkpoints_of: Callable[[Run], Checkpoints]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


def job_run(message: JobMessage, config_hash: str, now: datetime, revisions: Revisions = UNCOMMITTED) -> Run:
    """The run of an order, as it is first stored: pinned to the settings of this hash, read at these revisions."""
    return Run(
        id=message.run_id,
        kind=message.kind,
        persona_id=message.persona_id,
        workspace_id=message.workspace_id,
        status=RunStatus.RUNNING,
        config_hash=config_hash,
        config_revision=revisions.workspace,
        config_revisions=revisions,
        started_at=now,
    )


def do_job(
    run: Run, job: Job, context: JobContext, *, concurrency: int, may_start: Callable[[], bool] = lambda: True
) -> Run | None:
    """Does what is left of a claimed run and ends it. None if somebody else ended it first.

    Raises:
        OutOfTimeError: time ran out; deliver the order again and it goes on from there.
        RunOverError: somebody else ended it meanwhile, or its persona is deleted.
        Exception: what an item raised; the same holds.
    """
    kind, log, checkpoints = job_name(run.kind), context.log_of(run), context.checkpoints_of(run)
    log.append(JobStarted(kind=kind))
    kept = dict(checkpoints.read())
    items = list(job.items())
    done, progress_at = sum(key in kept for key in items), -_PROGRESS_EVERY_S

    def perform(key: str) -> str:
        text = job.perform(key)
        checkpoints.keep(key, text)  # at once, on its own thread: a kill loses only what was still being asked
        return text

    if done:
        log.append(JobProgress(kind=kind, done=done, total=len(items)))
    left = [key for key in items if key not in kept]
    for key, text in concurrently(left, perform, concurrency, may_start):
        kept[key] = text
        done += 1
        if done == len(items) or context.monotonic() - progress_at >= _PROGRESS_EVERY_S:
            progress_at = context.monotonic()
            log.append(JobProgress(kind=kind, done=done, total=len(items)))
    conclusion = job.conclude(run, kept, context.clock())
    return _complete(run, conclusion, context, log)


def fail_job(run: Run, error: Problem, context: JobContext) -> Run | None:
    """Ends a job without a result. None if it had ended, or another took its place."""
    now = context.clock()
    ended = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": error})
    state = JobState(status=JobStatus.FAILED, run_id=run.id, updated_at=now, error=error)
    if not context.store.finish(Ending(ended, state)):
        log_end(run.workspace_id, run.id, context)
        return None
    context.log_of(run).append(_terminal_event(ended))
    return ended


def _complete(run: Run, conclusion: Conclusion, context: JobContext, log: RunLog) -> Run | None:
    now = context.clock()
    usage = Usage(tokens=conclusion.tokens, cost_usd=conclusion.cost_usd)
    ended = run.model_copy(update={"status": RunStatus.COMPLETED, "completed_at": now, "usage": usage})
    state = JobState(status=JobStatus.READY, run_id=run.id, updated_at=now)
    ending = Ending(ended, state, conclusion.result, conclusion.entry, conclusion.summary)
    if not context.store.finish(ending):
        log_end(run.workspace_id, run.id, context)
        return None
    log.append(_terminal_event(ended))
    return ended


def log_end(workspace_id: str, run_id: str, context: JobContext) -> None:
    """Logs the end of a run that is over, if its log does not tell of it: whoever ended it died in between."""
    run = context.store.run(workspace_id, run_id)
    if run is None or run.status is RunStatus.RUNNING:
        return
    log = context.log_of(run)
    if not log.over():
        log.append(_terminal_event(run))


def _terminal_event(run: Run) -> JobCompleted | JobFailed:
    """The last entry in the log of a run that is over."""
    kind, duration_ms = job_name(run.kind), _duration_ms(run)
    if run.error is not None:
        return JobFailed(kind=kind, problem=run.error, duration_ms=duration_ms)
    return JobCompleted(kind=kind, duration_ms=duration_ms, tokens=run.usage.tokens, cost_usd=run.usage.cost_usd)


def claim_run(
    message: JobMessage, context: JobContext, lease: Lease, config_hash: str, revisions: Revisions = UNCOMMITTED
) -> Run | None:
    """The order's run, claimed; None if there is nothing (more) to do for it.

    One that is taken up again is pinned to what it began with, not to the settings given here. Who follows a run that
    is over, or whose place this one takes, is told of its end.

    Raises:
        UnderWayError: nobody asked for it, and another run under way is of the persona as it stands.
    """
    earlier = context.store.state(message.workspace_id, message.persona_id, message.kind)
    run = context.store.claim(message, job_run(message, config_hash, context.clock(), revisions), lease)
    if run is None:
        log_end(message.workspace_id, message.run_id, context)
    elif earlier is not None and earlier.run_id != run.id:
        log_end(message.workspace_id, earlier.run_id, context)
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
