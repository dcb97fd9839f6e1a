"""Lambda entry: creates a webhook delivery of each bus event for every subscribed endpoint."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.webhooks.delivery import message_of
from fourfold.webhooks.fan_out import fan_out
from functions.clock import now
from functions.configuration import settings_of
from functions.webhook_queues import enqueue, webhooks

logger = Logger()


def _fan_out(record: SQSRecord) -> None:
    """Handles one event in the format of EventBridge."""
    message = message_of(json.loads(record.body))
    try:
        deliveries = fan_out(message, webhooks(), lambda workspace_id: settings_of(workspace_id).api.webhooks, now())
        enqueue(deliveries)
    except Exception as error:
        # Log the type only: the message may contain secrets and bodies.
        fields = {"event_id": message.event_id, "error": type(error).__qualname__}
        logger.error("event not fanned out", extra=fields)  # noqa: TRY400
        raise
    logger.info("fanned out", extra={"event_id": message.event_id, "endpoints": len(deliveries)})


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Returns the SQS partial batch response, so that only failed records are redelivered."""
    processor = BatchProcessor(event_type=EventType.SQS)  # one for each invocation: it keeps the failures of its batch
    # By default the processor raises if the whole batch fails, with the tracebacks of all records in its message.
    processor.raise_on_entire_batch_failure = False
    return process_partial_response(event=event, record_handler=_fan_out, processor=processor, context=context)
