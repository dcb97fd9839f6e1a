"""Does a job: claims it, works through its items, keeps each, and ends it once."""

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

# Progress is told at most this often: fifty answers that come at once are no fifty events.
_PROGRESS_EVERY_S = 0.2

# Beside its items, a run keeps the calls of items that failed. No item's key begins so.
FAILED_CALLS: Final = "~failed/"
_CALLS: Final = TypeAdapter(tuple[ModelCall, ...])

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
        """The result, once every item is kept. Its cost is that of all that is kept, `failed_calls` included.

        Raises:
            JobFailedError: the items give no result.
        """

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The model calls of what is kept so far, for the cost of a job that fails."""


class JobFailedError(FourfoldError):
    """The job gives no result, and doing it again with what is kept would not change that."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


@dataclass(frozen=True)
class JobContext:
    """What every job needs: its store, logs and checkpoints, and time. `monotonic` is in seconds."""

    store: JobStore
    log_of: Callable[[Run], RunLog]
    checkpoints_of: Callable[[Run], Checkpoints]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


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
    """Does what is left of a claimed run and ends it. None if somebody else ended it first.

    Raises:
        OutOfTimeError: time ran out; deliver the order again and it goes on from there.
        RunOverError: somebody else ended it meanwhile, or its persona is deleted.
        Exception: what an item raised; the same holds.
    """
    kind, log, checkpoints = job_name(run.kind), place.log_of(run), place.checkpoints_of(run)
    log.append(JobStarted(kind=kind))
    kept = dict(checkpoints.read())
    items = list(work.items())
    done, told = sum(key in kept for key in items), -_PROGRESS_EVERY_S

    def perform(key: str) -> str:
        try:
            text = work.perform(key)
        except ModelError as error:
            keep_failed_calls(checkpoints, key, error.calls)
            raise
        checkpoints.keep(key, text)  # at once, on its own thread: a kill loses only what was still being asked
        return text

    if done:
        log.append(JobProgress(kind=kind, done=done, total=len(items)))
    left = [key for key in items if key not in kept]
    for key, text in concurrently(left, perform, concurrency, may_begin):
        kept[key] = text
        done += 1
        if done == len(items) or place.monotonic() - told >= _PROGRESS_EVERY_S:
            told = place.monotonic()
            log.append(JobProgress(kind=kind, done=done, total=len(items)))
    conclusion = work.conclude(run, kept, place.clock())
    return _complete(run, conclusion, place, log)


def keep_failed_calls(checkpoints: Checkpoints, key: str, calls: Sequence[ModelCall]) -> None:
    """Keeps the calls of an item that failed: they were paid for, whatever becomes of the item."""
    if not calls:
        return
    place = next(number for number in count(1) if checkpoints.find(f"{FAILED_CALLS}{key}/{number}") is None)
    checkpoints.keep(f"{FAILED_CALLS}{key}/{place}", _CALLS.dump_json(tuple(calls)).decode())


def failed_calls(kept: Mapping[str, str]) -> list[ModelCall]:
    """The calls of items that failed, from what a run keeps."""
    return [call for key, text in kept.items() if key.startswith(FAILED_CALLS) for call in _CALLS.validate_json(text)]


def fail_job(run: Run, error: Problem, place: JobContext, work: Job | None = None) -> Run | None:
    """Ends a job without a result; `work` says what it cost. None if it had ended, or another took its place."""
    now = place.clock()
    ended = run.model_copy(update={"status": RunStatus.FAILED, "completed_at": now, "error": error})
    if work is not None:
        kept = dict(place.checkpoints_of(run).read())
        tokens, cost_usd = tokens_and_cost([*work.calls_in(kept), *failed_calls(kept)])
        ended = ended.model_copy(update={"usage": Usage(tokens=tokens, cost_usd=cost_usd)})
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
    ending = Ending(ended, state, conclusion.result, conclusion.entry, conclusion.summary)
    if not place.store.finish(ending):
        log_end(run.workspace_id, run.id, place)
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
