"""Ordering background jobs from the API: the same queues that the bus fills."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config

from fourfold.aws import client
from fourfold.config.effective import Effective
from fourfold.ids import prefixed_as
from fourfold.jobs.job import new_run
from fourfold.jobs.message import JobMessage
from fourfold.progress.run import Run, RunKind
from functions.api.dependencies import AdmittedCaller
from functions.clock import now
from functions.wiring import job_store

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


@cache
def queues() -> SQSClient:
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return cast("SQSClient", client("sqs", config))


def ordered(caller: AdmittedCaller, persona_id: str, kind: RunKind, operation_id: str) -> Run:
    """The run of a job asked for now; the one under way, if there is one.

    It is named after the operation that asks for it: asked for again, it is the same run. Its order is sent in either
    case: an order that comes twice is done once, and one lost in a crash is sent anew.

    Raises:
        ClientError, BotoCoreError: the tables or the queue did not take it.
    """
    order = requested_job(caller.workspace_id, persona_id, kind, operation_id)
    run = job_store().run(caller.workspace_id, order.run_id)
    if run is None:
        run = job_store().request(pinned_run(order, caller.effective))
    sent(order.model_copy(update={"run_id": run.id}))
    return run


def pinned_run(order: JobMessage, current: Effective) -> Run:
    """The run of an order, pinned to the workspace's settings as the request read them."""
    return new_run(order, current.settings.engine.hash(), now(), current.revisions)


def requested_job(workspace_id: str, persona_id: str, kind: RunKind, operation_id: str) -> JobMessage:
    """The order of one request, however often it is executed."""
    run_id = prefixed_as("run", operation_id)
    return JobMessage(kind=kind, run_id=run_id, workspace_id=workspace_id, persona_id=persona_id, asked=True)


def sent(order: JobMessage) -> None:
    """Puts an order on the queue of its kind."""
    url = os.environ[f"FOURFOLD_{order.kind.value.upper()}_QUEUE_URL"]
    queues().send_message(QueueUrl=url, MessageBody=order.model_dump_json())
