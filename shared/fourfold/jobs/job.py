"""Runs a job: claims it, processes its items, stores the paid answers in waves, and ends it once."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final, Literal, Protocol

from pydantic import TypeAdapter

from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.errors import FourfoldError
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.concurrency import concurrently
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import Checkpoints, Ending, JobState, JobStatus, JobStore, Lease, NewVersion
from fourfold.llm.port import ModelCall, ModelError, StoppedError
from fourfold.persona import Persona, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import JobCompleted, JobFailed, JobProgress, JobStarted
from fourfold.progress.log import RunLog, RunOverError
from fourfold.progress.run import Run, RunKind, RunStatus, tokens_and_cost
from fourfold.spending.spent import spent_on

# The maximum of `job.progress` events in the log of one job.
_MAX_PROGRESS_EVENTS = 10

# Keys of the calls of items that failed.
FAILED_CALLS: Final = f"{WORKING}failed/"
_CALLS: Final = TypeAdapter(tuple[ModelCall, ...])

OnPaid = Callable[[Sequence[ModelCall]], None]
JobName = Literal["fingerprint", "provocation", "voice_check"]


@dataclass(frozen=True)
class Conclusion:
    """The outcome of a job: result as JSON text, bus entries, cost, and a function that adds a summary to the persona.

    A job that changes the persona's layers has `version` instead: it returns the next version of the stored persona, or
    raises if that has changed since.
    `records` are the items' results that can still be read after the job, by item. `further_calls` were paid for and
    are not among the answers. `name` distinguishes results of one kind, of which the newest of each name is stored.
    """

    result: str
    entries: Sequence[dict[str, Any]]
    tokens: TokenUsage
    cost_usd: float | None
    summary: Callable[[Persona], Persona] | None = None
    version: Callable[[Persona], NewVersion] | None = None
    records: Mapping[str, str] = field(default_factory=dict)
    further_calls: Sequence[ModelCall] = ()
    name: str = ""


class Job(Protocol):
    """One kind of job for one persona."""

    def items(self, answers: PaidAnswers) -> Sequence[str]:
        """Returns the unique keys of the items, in the order to start them.

        It is called again when all of them are answered, and may then return further ones.
        """

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Processes one item and adds its result to `answers`, under its key. Thread-safe.

        Every paid call goes through `answers`. An exception makes the job retry.
        """

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Returns the outcome, once all items are stored. `stored` maps keys to texts, those of single calls too.

        Its cost is that of everything in `stored`, `failed_calls` included.

        Raises:
            JobFailedError: the items give no result.
        """

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The model calls of the stored items, for the cost of a job that fails."""


class JobFailedError(FourfoldError):
    """The job has no result, and a retry with the stored items would not change that."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class UnstartableJob:
    """A job that fails with `problem` before its first item: what its request found is no longer there."""

    problem: Problem

    def items(self, answers: PaidAnswers) -> Sequence[str]:  # noqa: ARG002 - the port's signature
        """Raises JobFailedError."""
        raise JobFailedError(self.problem)

    def perform(self, key: str, answers: PaidAnswers) -> None:  # noqa: ARG002 - the port's signature
        """Raises JobFailedError."""
        raise JobFailedError(self.problem)

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:  # noqa: ARG002 - the port's
        """Raises JobFailedError."""
        raise JobFailedError(self.problem)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:  # noqa: ARG002 - the port's signature
        """No calls."""
        return ()


@dataclass(frozen=True)
class JobContext:
    """The stores and the clock that every job needs."""

    store: JobStore
    log_of: Callable[[Run], RunLog]
    checkpoints_of: Callable[[Run], Checkpoints]
    clock: Callable[[], datetime]


def job_run(
    message: JobMessage,
    config_hash: str,
    now: datetime,
    revisions: Revisions = UNCOMMITTED,
    author: str | None = None,
) -> Run:
    """Returns the run record of a job message, pinned to the settings with this hash, read at these revisions.

    `author` is the id of the API key that asked for the job, or for the run that started it.
    """
    return Run(
        id=message.run_id,
        kind=message.kind,
        persona_id=message.persona_id,
        workspace_id=message.workspace_id,
        status=RunStatus.RUNNING,
        config_hash=config_hash,
        config_revision=revisions.workspace,
        config_revisions=revisions,
        author=author,
        started_at=now,
    )


def do_job(  # noqa: PLR0913 - what a job needs
    run: Run,
    job: Job,
    context: JobContext,
    *,
    concurrency: int,
    may_start: Callable[[], bool] = lambda: True,
    on_paid: OnPaid | None = None,
) -> Run | None:
    """Processes the remaining items of a claimed run and completes it.

    `on_paid` gets every call so far after each item; what it raises stops the job.

    Returns:
        The completed run, or None if another worker ended it first, or its persona was deleted.

    Raises:
        RunCancelledError: the run was cancelled; what was paid for is stored.
        JobTimeoutError: time ran out. When the message is redelivered, the job continues with the remaining items.
        Exception: raised by an item; redelivery continues in the same way. What was paid for is stored.
    """
    try:
        ended = _finish_items(run, job, context, concurrency, may_start, on_paid)
    except RunOverError:
        ended = None
    if ended is None:
        log_end(run.workspace_id, run.id, context)
    return ended


def _finish_items(  # noqa: PLR0913, PLR0917 - what a job needs
    run: Run,
    job: Job,
    context: JobContext,
    concurrency: int,
    may_start: Callable[[], bool],
    on_paid: OnPaid | None,
) -> Run | None:
    kind, log, answers = job_name(run.kind), context.log_of(run), PaidAnswers(context.checkpoints_of(run))
    log.append(JobStarted(kind=kind))
    log.require_not_cancelled()
    items = list(job.items(answers))
    progress = _Progress(log, kind, items, logged=answers.stored(items))

    def perform(key: str) -> None:
        try:
            job.perform(key, answers)
        except (ModelError, StoppedError) as error:
            keep_failed_calls(answers, key, error.calls)
            raise

    try:
        while remaining := [key for key in progress.items if answers.find(key) is None]:
            for _ in concurrently(remaining, perform, concurrency, may_start):
                progress.log_stored(answers)
                if on_paid is not None:
                    on_paid(paid_calls(job, answers.all()))
            progress.items = list(job.items(answers))
    except Exception:  # any error of an item: the other answers are paid for, and the next worker needs them
        answers.store()
        raise
    answers.store()
    progress.log_stored(answers)
    stored = answers.all()
    conclusion = job.conclude(run, stored, context.clock())
    return _complete(run, conclusion, [*paid_calls(job, stored), *conclusion.further_calls], context, log)


@dataclass
class _Progress:
    """Logs how many items are stored: at each tenth of them, and at the end. `logged` is the number logged last."""

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


def keep_failed_calls(answers: PaidAnswers, key: str, calls: Sequence[ModelCall]) -> None:
    """Keeps the calls of an item that failed: they were paid for."""
    if not calls:
        return
    free = next(number for number in count(1) if answers.find(f"{FAILED_CALLS}{key}/{number}") is None)
    answers.add(f"{FAILED_CALLS}{key}/{free}", _CALLS.dump_json(tuple(calls)).decode())


def failed_calls(stored: Mapping[str, str]) -> list[ModelCall]:
    """Returns the calls of items that failed, from the answers of a run."""
    return [call for key, text in stored.items() if key.startswith(FAILED_CALLS) for call in _CALLS.validate_json(text)]


def paid_calls(job: Job, stored: Mapping[str, str]) -> list[ModelCall]:
    """Returns every call in the stored answers of a job."""
    return [*job.calls_in(stored), *failed_calls(stored)]


def fail_job(run: Run, error: Problem, context: JobContext, job: Job | None = None) -> Run | None:
    """Fails a run; `job` gives its cost.

    Returns:
        The failed run, or None if it has ended already or a newer job superseded it.
    """
    now = context.clock()
    ended = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": error})
    calls: list[ModelCall] = []
    if job is not None:
        calls = paid_calls(job, context.checkpoints_of(run).read())
        tokens, cost_usd = tokens_and_cost(calls)
        ended = ended.model_copy(update={"usage": Usage(tokens=tokens, cost_usd=cost_usd)})
    state = JobState(status=JobStatus.FAILED, run_id=run.id, updated_at=now, error=error)
    if not context.store.finish(Ending(ended, state, spent=spent_on(run.kind.value, run.author, calls))):
        log_end(run.workspace_id, run.id, context)
        return None
    context.log_of(run).append(_terminal_event(ended))
    return ended


def _complete(
    run: Run, conclusion: Conclusion, calls: Sequence[ModelCall], context: JobContext, log: RunLog
) -> Run | None:
    now = context.clock()
    usage = Usage(tokens=conclusion.tokens, cost_usd=conclusion.cost_usd)
    ended = run.model_copy(update={"status": RunStatus.COMPLETED, "completed_at": now, "usage": usage})
    state = JobState(status=JobStatus.READY, run_id=run.id, updated_at=now)
    ending = Ending(
        ended,
        state,
        result=conclusion.result,
        records=conclusion.records,
        entries=conclusion.entries,
        summary=conclusion.summary,
        version=conclusion.version,
        spent=spent_on(run.kind.value, run.author, calls),
        name=conclusion.name,
    )
    if not context.store.finish(ending):
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


def claim_run(  # noqa: PLR0913, PLR0917 - what a new run is made of
    message: JobMessage,
    context: JobContext,
    lease: Lease,
    config_hash: str,
    revisions: Revisions = UNCOMMITTED,
    author: str | None = None,
) -> Run | None:
    """Claims the run of a message.

    A run that is already stored stays as it is; `config_hash`, `revisions` and `author` are for a new one. The
    end of a run that has ended, or that this one supersedes, is logged for its followers.

    Returns:
        The claimed run, or None if nothing is left to do.

    Raises:
        JobInProgressError: the message was triggered by an event, and another run covers the persona's version.
    """
    earlier = context.store.state(message.workspace_id, message.persona_id, message.kind)
    new = job_run(message, config_hash, context.clock(), revisions, author)
    run = context.store.claim(message, new, lease)
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
        case RunKind.VOICE_CHECK:
            return "voice_check"
        case _:
            raise ValueError("a generation is not a job")
