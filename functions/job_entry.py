"""The entry both background jobs share: a queue's message in, a job done or left for the next delivery."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.config.engine import FingerprintConfig, ProvocationConfig
from fourfold.config.settings import Settings
from fourfold.jobs.job import Job, claim_run, do_job, fail_job
from fourfold.jobs.message import JobMessage, message_from
from fourfold.jobs.store import JobInProgressError, Lease
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelError, ModelFailure
from fourfold.persona import SPEAKABLE, Persona
from fourfold.pipeline.failure import job_problem
from fourfold.progress.run import Run, RunKind
from functions.configuration import effective_in, settings_at
from functions.preload import preload
from functions.wiring import event_store, job_context

logger = Logger()

# How often a queue delivers an order; the last time, what it cannot do is told as a failure.
MAX_RECEIVES = 5
# Time kept for what is under way when a worker's ends: nothing new is begun in it.
_MARGIN_S = 45.0
# Failures that no waiting mends: whoever runs the deployment, or the persona, must change something.
_NOT_RETRIED = DEPLOYMENT_FAILURES | {ModelFailure.BAD_REQUEST}
WorkOf = Callable[[Run, Persona, Settings, Deadline], Job]
JobHandler = Callable[[dict[str, Any], LambdaContext], PartialItemFailureResponse]


def job_handler(kind: RunKind, work_of: WorkOf, whole: Callable[[Run], bool] = lambda _run: True) -> JobHandler:
    """A Lambda handler that does the jobs of `kind` its queue brings, one message at a time.

    An order for a persona that is gone, cannot speak, or for which the job is switched off, is dropped. So is one
    nobody asked for when a run under way does the same; while that one does a part only (`whole` says), it waits.
    """

    def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
        deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000

        def one(record: SQSRecord) -> None:
            order = None
            try:
                order = message_from(json.loads(record.body), kind)
                if order is not None:
                    _do(order, record, work_of, deadline)
            except JobInProgressError as other:
                # What waits comes again when its message is shown again; it is no failure of the job.
                waits = not whole(other.run) and _receives(record) < MAX_RECEIVES
                standing = {"standing": other.run.id, "waits": waits}
                logger.info("another job is under way", extra={**_told(order, kind, record), **standing})
                if waits:
                    raise
            except Exception as error:
                # The message comes again, and somebody should know why. The error's own words may hold a persona.
                failed = {**_told(order, kind, record), "error": type(error).__name__}
                logger.warning("job delivery failed", extra=failed)
                raise

        processor = BatchProcessor(event_type=EventType.SQS)
        # The processor raises when a whole batch fails; with a batch of one that would be every failure.
        processor.raise_on_entire_batch_failure = False
        return process_partial_response(event=event, record_handler=one, processor=processor, context=context)

    return handler


def _do(order: JobMessage, record: SQSRecord, work_of: WorkOf, deadline: float) -> None:
    place, current = job_context(), effective_in(order.workspace_id)
    standing = place.store.run(order.workspace_id, order.run_id)
    persona = place.store.persona(order.workspace_id, order.persona_id)
    # What was begun goes on under the settings it began with.
    settings = current.settings if standing is None else settings_at(order.workspace_id, standing.config_revisions)
    block = _block(settings, order.kind)
    wanted = block.enabled and (order.asked or block.run_on_create)
    if persona is None:
        _forget(order)
        return
    if persona.status not in SPEAKABLE or not wanted:
        logger.info("job dropped", extra={"run_id": order.run_id, "kind": order.kind, "wanted": wanted})
        return
    until = place.clock() + timedelta(seconds=deadline - time.monotonic() + 5)
    run = claim_run(order, place, Lease(record.message_id, until), current.settings.engine.hash(), current.revisions)
    if run is None:
        logger.info("job is over, or in another's hands", extra={"run_id": order.run_id, "kind": order.kind})
        return
    # As it stands now: a later version's order counts on whoever claims after it was written to work on that version.
    persona = place.store.persona(order.workspace_id, order.persona_id) or persona
    try:
        ended = do_job(
            run,
            # One item's calls end before the function does.
            work_of(run, persona, settings, Deadline(deadline - _MARGIN_S / 3)),
            place,
            concurrency=block.concurrency,
            may_begin=lambda: deadline - time.monotonic() > _MARGIN_S,
        )
    except Exception as error:
        # Whatever it was: it comes again with the message, until the last time, when the caller is told.
        lasting = isinstance(error, ModelError) and error.failure in _NOT_RETRIED
        if not lasting and _receives(record) < MAX_RECEIVES:
            raise
        problem = job_problem(error)
        logger.warning("job failed", extra={"run_id": run.id, "kind": run.kind, "code": problem.code})
        fail_job(run, problem, place)
    else:
        if ended is not None:
            logger.info("job done", extra={"run_id": run.id, "kind": run.kind})
        elif place.store.persona(order.workspace_id, order.persona_id) is None:
            _forget(order)
        else:
            logger.info("another worker ended the job", extra={"run_id": run.id, "kind": run.kind})


def _told(order: JobMessage | None, kind: RunKind, record: SQSRecord) -> dict[str, Any]:
    return {"run_id": order and order.run_id, "kind": kind, "receives": _receives(record)}


def _receives(record: SQSRecord) -> int:
    """How often the message has come, this time included."""
    return int(record.attributes.approximate_receive_count or 1)


def _forget(order: JobMessage) -> None:
    """Ends the work for a persona that was deleted, whose deletion left the end of the job's log to stop it."""
    event_store(order.workspace_id, order.run_id).clear()
    logger.info("job of a deleted persona", extra={"run_id": order.run_id, "kind": order.kind})


def _block(settings: Settings, kind: RunKind) -> FingerprintConfig | ProvocationConfig:
    return settings.engine.fingerprint if kind is RunKind.FINGERPRINT else settings.engine.provocation


preload(os.environ)
