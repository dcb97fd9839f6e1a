"""Requests background jobs, on the same queues that the event bus feeds."""

from __future__ import annotations

import os
from typing import Any

from fourfold.ids import id_from_operation
from fourfold.jobs.job import job_run
from fourfold.jobs.message import JobMessage
from fourfold.progress.run import Run, RunKind
from fourfold.trace import current_trace
from functions.api.dependencies import AdmittedCaller
from functions.clock import now
from functions.job_queues import queues
from functions.wiring import job_store


def request_job(caller: AdmittedCaller, persona_id: str, kind: RunKind, operation_id: str) -> Run:
    """Requests a job and returns its run; the active run if there is one.

    The run id is derived from the operation id, so a repeated request gives the same run. The message is sent every
    time: a duplicate is ignored, and a message lost in a crash is replaced.

    Raises:
        ClientError, BotoCoreError: DynamoDB or SQS failed.
    """
    message = job_message(caller.workspace_id, persona_id, kind, operation_id)
    run = job_store().run(caller.workspace_id, message.run_id)
    if run is None:
        run = job_store().request(pinned_run(message, caller))
    send_job(message.model_copy(update={"run_id": run.id}))
    return run


def pinned_run(message: JobMessage, caller: AdmittedCaller) -> Run:
    """The run of a job that the caller asks for, pinned to the workspace's settings as the request read them."""
    current = caller.effective
    return job_run(message, current.settings.engine.hash(), now(), current.revisions, caller.key_id)


def job_message(workspace_id: str, persona_id: str, kind: RunKind, operation_id: str) -> JobMessage:
    """The job message of a request; the same for every execution of the request."""
    run_id = id_from_operation("run", operation_id)
    return JobMessage(kind=kind, run_id=run_id, workspace_id=workspace_id, persona_id=persona_id, asked=True)


def send_job(message: JobMessage) -> None:
    """Sends a job message to the queue of its kind, in the message group of its workspace, as the event bus does."""
    # The fingerprint's worker checks voices as well.
    kind = RunKind.FINGERPRINT if message.kind is RunKind.VOICE_CHECK else message.kind
    url = os.environ[f"FOURFOLD_{kind.value.upper()}_QUEUE_URL"]
    trace: Any = {}
    if (header := current_trace()) is not None:
        trace = {"MessageSystemAttributes": {"AWSTraceHeader": {"DataType": "String", "StringValue": header}}}
    queues().send_message(
        QueueUrl=url, MessageBody=message.model_dump_json(), MessageGroupId=message.workspace_id, **trace
    )
