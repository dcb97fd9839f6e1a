"""Runs a job: claims it, processes its items, stores each result, and ends it once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any, Final, Literal, Protocol

from pydantic import TypeAdapter

from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.errors import FourfoldError
from fourfold.jobs.concurrency import concurrently
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import Checkpoints, Ending, JobState, JobStatus, JobStore, Lease
from fourfold.llm.port import ModelCall, ModelError
from fourfold.persona import Persona, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import JobCompleted, JobFailed, JobProgress, JobStarted
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus, tokens_and_cost

# Seconds between two `job.progress` events, so that fifty concurrent answers do not log fifty events.
_PROGRESS_EVERY_S = 0.2

# Checkpoint keys of the calls of items that failed. `~` keeps them apart from the keys of items.
FAILED_CALLS: Final = "~failed/"
_CALLS: Final = TypeAdapter(tuple[ModelCall, ...])

JobName = Literal["fingerprint", "provocation"]


@dataclass(frozen=True)
class Conclusion:
    """The outcome of a job: result as JSON text, bus entry, cost, and a function that adds a summary to the persona."""

    result: str
    entry: dict[str, Any] | None
    tokens: TokenUsage
    cost_usd: float | None
    summary: Callable[[Persona], Persona] | None = None


class Job(Protocol):
    """One kind of job for one persona."""

    def items(self) -> Sequence[str]:
        """Returns the unique keys of the items, in the order to start them."""

    def perform(self, key: str) -> str:
        """Processes one item and returns its result as text. Thread-safe. An exception makes the job retry."""

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """Returns the outcome, once all items are stored. `kept` maps keys to results.

        Its cost is that of everything in `kept`, `failed_calls` included.

        Raises:
            JobFailedError: the items give no result.
        """

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The model calls of the stored items, for the cost of a job that fails."""


class JobFailedError(FourfoldError):
    """The job has no result, and a retry with the stored items would not change that."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class JobContext:
    """The stores and clocks that every job needs. `monotonic` returns seconds."""

    store: JobStore
    log_of: Callable[[Run], RunLog]
    checkpoints_of: Callable[[Run], Checkpoints]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


def job_run(message: JobMessage, config_hash: str, now: datetime, revisions: Revisions = UNCOMMITTED) -> Run:
    """Returns the run record of a job message, pinned to the settings with this hash, read at these revisions."""
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
    """Processes the remaining items of a claimed run and completes it.

    Returns:
        The completed run, or None if another worker ended it first.

    Raises:
        JobTimeoutError: time ran out. When the message is redelivered, the job continues with the remaining items.
        RunOverError: another worker ended the run, or its persona was deleted.
        Exception: raised by an item; redelivery continues in the same way.
    """
    kind, log, checkpoints = job_name(run.kind), context.log_of(run), context.checkpoints_of(run)
    log.append(JobStarted(kind=kind))
    kept = dict(checkpoints.read())
    items = list(job.items())
    done, progress_at = sum(key in kept for key in items), -_PROGRESS_EVERY_S

    def perform(key: str) -> str:
        try:
            text = job.perform(key)
        except ModelError as error:
            keep_failed_calls(checkpoints, key, error.calls)
            raise
        checkpoints.keep(key, text)  # on the worker thread, so that a kill only loses calls in flight
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


def keep_failed_calls(checkpoints: Checkpoints, key: str, calls: Sequence[ModelCall]) -> None:
    """Stores the calls of an item that failed: they were paid for."""
    if not calls:
        return
    free = next(number for number in count(1) if checkpoints.find(f"{FAILED_CALLS}{key}/{number}") is None)
    checkpoints.keep(f"{FAILED_CALLS}{key}/{free}", _CALLS.dump_json(tuple(calls)).decode())


def failed_calls(kept: Mapping[str, str]) -> list[ModelCall]:
    """Returns the calls of items that failed, from the checkpoints of a run."""
    return [call for key, text in kept.items() if key.startswith(FAILED_CALLS) for call in _CALLS.validate_json(text)]


def fail_job(run: Run, error: Problem, context: JobContext, job: Job | None = None) -> Run | None:
    """Fails a run; `job` gives its cost.

    Returns:
        The failed run, or None if it has ended already or a newer job superseded it.
    """
    now = context.clock()
    ended = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": error})
    if job is not None:
        kept = dict(context.checkpoints_of(run).read())
        tokens, cost_usd = tokens_and_cost([*job.calls_in(kept), *failed_calls(kept)])
        ended = ended.model_copy(update={"usage": Usage(tokens=tokens, cost_usd=cost_usd)})
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
    """Logs the end of an ended run if its log lacks it, because a worker died between storing and logging it."""
    run = context.store.run(workspace_id, run_id)
    if run is None or run.status is RunStatus.RUNNING:
        return
    log = context.log_of(run)
    if not log.ended():
        log.append(_terminal_event(run))


def _terminal_event(run: Run) -> JobCompleted | JobFailed:
    """Returns the terminal event of a run that has ended."""
    kind, duration_ms = job_name(run.kind), _duration_ms(run)
    if run.error is not None:
        return JobFailed(kind=kind, problem=run.error, duration_ms=duration_ms)
    return JobCompleted(kind=kind, duration_ms=duration_ms, tokens=run.usage.tokens, cost_usd=run.usage.cost_usd)


def claim_run(
    message: JobMessage, context: JobContext, lease: Lease, config_hash: str, revisions: Revisions = UNCOMMITTED
) -> Run | None:
    """Claims the run of a message.

    A run that is already stored stays pinned to its own settings; `config_hash` and `revisions` are for a new one. The
    end of a run that has ended, or that this one supersedes, is logged for its followers.

    Returns:
        The claimed run, or None if nothing is left to do.

    Raises:
        JobInProgressError: the message was triggered by an event, and another run covers the persona's version.
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
    """Returns the kind as it is written in events.

    Raises:
        ValueError: a generation is not a job.
    """
    match kind:
        case RunKind.FINGERPRINT:
            return "fingerprint"
        case RunKind.PROVOCATION:
            return "provocation"
        case _:
            raise ValueError("a generation is not a job")
