"""Lambda entry: each event of the bus becomes a delivery for every endpoint that wants it."""

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
from functions.webhook_queues import give, webhooks

logger = Logger()


def _spread(record: SQSRecord) -> None:
    """One event as EventBridge delivers it."""
    message = message_of(json.loads(record.body))
    try:
        errands = fan_out(message, webhooks(), lambda workspace_id: settings_of(workspace_id).api.webhooks, now())
        give(errands)
    except Exception as error:
        # Its text may hold secrets and bodies.
        told = {"event_id": message.event_id, "error": type(error).__qualname__}
        logger.error("an event was not fanned out", extra=told)  # noqa: TRY400
        raise
    logger.info("fanned out", extra={"event_id": message.event_id, "endpoints": len(errands)})


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Answers the SQS partial-batch response: only records that failed come again."""
    processor = BatchProcessor(event_type=EventType.SQS)  # it keeps a batch's failures: one for each invocation
    # The processor raises when a whole batch fails, with every record's traceback in its text.
    processor.raise_on_entire_batch_failure = False
    return process_partial_response(event=event, record_handler=_spread, processor=processor, context=context)
