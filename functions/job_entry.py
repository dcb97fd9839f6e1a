"""The Lambda handler that background jobs share: takes an SQS message and runs its job."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from types import MappingProxyType
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.config.engine import FingerprintConfig, ProvocationConfig
from fourfold.config.settings import Settings
from fourfold.errors import DeadlineError
from fourfold.estimates.estimate import Estimate
from fourfold.jobs.job import Job, JobContext, JobFailedError, claim_run, do_job, fail_job
from fourfold.jobs.message import JobMessage, message_from
from fourfold.jobs.store import JobInProgressError, Lease
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelError, ModelFailure
from fourfold.models.call_spans import spans_sent
from fourfold.persona import SPEAKABLE, Persona
from fourfold.pipeline.cancellation import CANCELLED
from fourfold.pipeline.failure import job_problem
from fourfold.progress.log import RunCancelledError
from fourfold.progress.run import Run, RunKind
from fourfold.spending.budget import BudgetExceededError, workspace_caps
from fourfold.trace import Work, trace_id
from functions.configuration import effective_in, settings_of_run
from functions.job_budget import JobBudget
from functions.job_redelivery import show_again_soon
from functions.preload import preload
from functions.wiring import budgets, event_store, job_context

logger = Logger()

# maxReceiveCount of the queues. At the last delivery an error ends the run as failed.
MAX_RECEIVES = 12
# Deliveries after which an error other than a timeout ends the run; a worker that runs out of time has stored items.
_MAX_TRIES = 5
# No new item is started in the last seconds of the invocation, so that items in progress can finish.
_MARGIN_S = 45.0
# The same for models whose calls take minutes, such as one on a laptop.
_LONG_MARGIN_S, _LONG_CALL_S = 150.0, 120
# Seconds between two looks at the log, whether the run has ended or was cancelled.
_LOOK_EVERY_S = 1.0
# Failures that a retry cannot fix: the deployment or the persona must be changed.
_PERMANENT = DEPLOYMENT_FAILURES | {ModelFailure.BAD_REQUEST}
JobFactory = Callable[[Run, Persona, Settings, Deadline], Job]
JobEstimate = Callable[[Run, Persona, Settings], Estimate]
JobHandler = Callable[[dict[str, Any], LambdaContext], PartialItemFailureResponse]


@dataclass(frozen=True)
class JobKind:
    """How a kind of job is built, and what it may cost."""

    job_for: JobFactory
    estimate_of: JobEstimate


def job_handler(
    kind: RunKind,
    job: JobKind,
    is_full_run: Callable[[Run], bool] = lambda _run: True,
    requested: Mapping[RunKind, JobKind] = MappingProxyType({}),
) -> JobHandler:
    """Returns a Lambda handler that runs jobs of `kind`, one SQS message at a time.

    `requested` are further kinds on the same queue, which only a request starts. A message is dropped if the persona is
    deleted or cannot speak, or if the job is disabled. An automatic message is also dropped if a run is already in
    progress for this persona; if that run is partial (`is_full_run` is false), the message is returned to the queue
    instead.
    """

    def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
        deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000

        def one(record: SQSRecord) -> None:
            message = None
            try:
                message = message_from(json.loads(record.body), kind, requested)
                if message is not None:
                    _handle(message, record, requested.get(message.kind, job), deadline)
            except JobInProgressError as other:
                # Returned to the queue, the message is delivered again later; this is not a failure of the job.
                waits = not is_full_run(other.run) and _receives(record) < MAX_RECEIVES
                active = {"active_run_id": other.run.id, "waits": waits}
                logger.info("another job is in progress", extra={**_log_fields(message, kind, record), **active})
                if waits:
                    raise
            except Exception as error:
                # Whatever a delivery raises is logged with its run, then raised for redelivery. Of its text only a
                # ModelError's is logged: others may contain a persona.
                fields = {**_log_fields(message, kind, record), "error": type(error).__name__}
                if isinstance(error, ModelError):
                    fields |= {"failure": error.failure, "reason": error.reason, "calls": len(error.calls)}
                logger.warning("job delivery failed", extra=fields)
                show_again_soon(record, _receives(record))
                raise

        processor = BatchProcessor(event_type=EventType.SQS)
        # By default the processor raises if the whole batch fails, which with a batch of one is every failure.
        processor.raise_on_entire_batch_failure = False
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)

    return handler


def _handle(message: JobMessage, record: SQSRecord, kind: JobKind, deadline: float) -> None:
    jobs = job_context()
    persona = jobs.store.persona(message.workspace_id, message.persona_id)
    if persona is None:  # deleted, perhaps with its workspace, which then has no settings
        _clear_log(message.workspace_id, message.run_id)
        return
    current = effective_in(message.workspace_id, message.persona_id)
    stored_run = jobs.store.run(message.workspace_id, message.run_id)
    # A resumed run keeps the settings it started with.
    settings = current.settings if stored_run is None else settings_of_run(stored_run)
    job_settings = _job_settings(settings, message.kind)
    # A persona of an evaluation gets no job unless it is requested: it would cost more than the persona.
    runs_on_create = job_settings.run_on_create and persona.evaluation_id is None
    is_wanted = job_settings.enabled and (message.asked or runs_on_create)
    if not message.asked and stored_run is None and _is_up_to_date(persona, message.kind):
        is_wanted = False
    if persona.status not in SPEAKABLE or not is_wanted:
        logger.info("job dropped", extra={"run_id": message.run_id, "kind": message.kind, "wanted": is_wanted})
        return
    lease_until = jobs.clock() + timedelta(seconds=deadline - time.monotonic() + 5)
    lease, author = Lease(record.message_id, lease_until), None if stored_run else _author(message, persona, jobs)
    run = claim_run(message, jobs, lease, current.settings.engine.hash(), current.revisions, author)
    if run is None:
        logger.info("job has ended, or another worker has it", extra={"run_id": message.run_id, "kind": message.kind})
        return
    # Read again after the claim: the message of a newer version is dropped in the belief that this run uses it.
    persona = jobs.store.persona(message.workspace_id, message.persona_id) or persona
    margin = _LONG_MARGIN_S if settings.engine.chat.timeout_s > _LONG_CALL_S else _MARGIN_S
    # The model calls of an item must end before the function's timeout. In the last half of the margin no call is
    # sent: it would be cut off and still be paid for.
    check = _running_check(run, jobs)
    calls = Deadline(deadline - _MARGIN_S / 3, check=check, least_s=max(1.0, margin / 2 - _MARGIN_S / 2))

    def may_start() -> bool:
        check()
        return deadline - time.monotonic() > margin

    with spans_sent(Work(run.kind.value, run.workspace_id, persona.id, run.id)):
        job, budget = kind.job_for(run, persona, settings, calls), None
        if caps := workspace_caps(current.settings.api.limits):
            budget = JobBudget(run, caps, current.settings.api.limits.allow_unpriced, budgets())
            run = budget.marked()
        work = _Work(run, job, job_settings.concurrency, may_start, calls, budget)
        _run_job(work, record, lambda: kind.estimate_of(run, persona, settings))


def _author(message: JobMessage, persona: Persona, jobs: JobContext) -> str | None:
    """The API key that asked for the run which wrote the persona: the job that an event starts is counted under it."""
    writer = None if persona.run_id is None else jobs.store.run(message.workspace_id, persona.run_id)
    return None if writer is None else writer.author


@dataclass(frozen=True)
class _Work:
    """A claimed job. `budget` is None if no cap limits it."""

    run: Run
    job: Job
    concurrency: int
    may_start: Callable[[], bool]
    calls: Deadline
    budget: JobBudget | None

    def done(self, estimate: Callable[[], Estimate]) -> Run | None:
        """Does the job within its budget. Raises as `do_job`, and BudgetExceededError."""
        if self.budget is None:
            return do_job(self.run, self.job, job_context(), concurrency=self.concurrency, may_start=self.may_start)
        self.budget.reserve(estimate().usd.high)
        return do_job(
            self.run,
            self.job,
            job_context(),
            concurrency=self.concurrency,
            may_start=self.may_start,
            on_paid=self.budget.require,
        )


def _run_job(work: _Work, record: SQSRecord, estimate: Callable[[], Estimate]) -> None:
    """Runs a claimed job. An error is raised for redelivery; a permanent error, or the last one, fails the run."""
    jobs, run, job = job_context(), work.run, work.job
    # Lambda begins a trace for each message, linked to the one in its header: the log has the id that joins both.
    trace = trace_id(record.attributes.aws_trace_header)
    fields = {"run_id": run.id, "kind": run.kind, "trace_id": trace}
    try:
        finished_run = work.done(estimate)
    except RunCancelledError:
        logger.info("job was cancelled", extra=fields)
        fail_job(run, CANCELLED, jobs, job)
    except (JobFailedError, BudgetExceededError) as failed:
        logger.warning("job failed", extra={**fields, "code": failed.problem.code})
        fail_job(run, failed.problem, jobs, job)
    except Exception as error:
        # Whatever an item raises, its run must end: the queue delivers it again, and the last delivery fails the run.
        permanent = isinstance(error, ModelError) and error.failure in _PERMANENT
        max_receives = MAX_RECEIVES if isinstance(error, DeadlineError) or work.calls.over else _MAX_TRIES
        if not permanent and _receives(record) < max_receives:
            raise
        problem = job_problem(error)
        logger.warning("job failed", extra={**fields, "code": problem.code})
        fail_job(run, problem, jobs, job)
    else:
        if finished_run is not None:
            logger.info("job done", extra=fields)
        elif not _clear_log_if_deleted(run):
            logger.info("job was ended by another process", extra=fields)


def _running_check(run: Run, jobs: JobContext) -> Callable[[], None]:
    """Returns a check that raises if the run has ended or was cancelled; it reads the log at most once a second."""
    log, lock, read_at = jobs.log_of(run), Lock(), [time.monotonic()]

    def check() -> None:
        with lock:
            if time.monotonic() - read_at[0] < _LOOK_EVERY_S:
                return
            read_at[0] = time.monotonic()
            log.require_wanted()

    return check


def _log_fields(message: JobMessage | None, kind: RunKind, record: SQSRecord) -> dict[str, Any]:
    return {
        "run_id": message and message.run_id,
        "kind": message.kind if message else kind,
        "receives": _receives(record),
        "trace_id": trace_id(record.attributes.aws_trace_header),
    }


def _receives(record: SQSRecord) -> int:
    """The number of deliveries of this message, the current one included."""
    return int(record.attributes.approximate_receive_count or 1)


def _clear_log_if_deleted(run: Run) -> bool:
    deleted = job_context().store.persona(run.workspace_id, run.owner) is None
    if deleted:
        _clear_log(run.workspace_id, run.id)
    return deleted


def _clear_log(workspace_id: str, run_id: str) -> None:
    """Deletes the log of a deleted persona's job. The deletion had kept its last entry to stop this worker."""
    event_store(workspace_id, run_id).clear()
    logger.info("job of a deleted persona", extra={"run_id": run_id})


def _is_up_to_date(persona: Persona, kind: RunKind) -> bool:
    """Whether the newest result is that of the present layers: a job that rewrites the mask stores both together."""
    summary = persona.test_suite if kind is RunKind.PROVOCATION else persona.fingerprint
    return summary is not None and not summary.stale


def _job_settings(settings: Settings, kind: RunKind) -> FingerprintConfig | ProvocationConfig:
    return settings.engine.provocation if kind is RunKind.PROVOCATION else settings.engine.fingerprint


preload(os.environ)
