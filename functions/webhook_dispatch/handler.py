"""Lambda entry: sends scheduled webhook deliveries, those of a batch concurrently."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from fourfold.progress.measurements import Measurement
from fourfold.webhooks.dispatch import Dispatcher, Done, Retry
from fourfold.webhooks.queues import Lane, ScheduledDelivery
from fourfold.webhooks.sender import Sender
from functions.clock import now
from functions.configuration import settings_of
from functions.metrics import record
from functions.secret_sealer import KmsSealer
from functions.webhook_queues import enqueue, lane_queues, send, webhooks

logger = Logger()

BATCH = 10


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Returns the SQS partial batch response, so that only failed records are redelivered."""
    dispatcher = Dispatcher(
        store=webhooks(),
        sender=Sender(clock=now, allow_loopback=os.environ.get("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK") == "1"),
        sealer=KmsSealer(),
        config_of=lambda workspace_id: settings_of(workspace_id).api.webhooks,
        clock=now,
    )
    with ThreadPoolExecutor(BATCH) as pool:
        results = list(pool.map(lambda message: _dispatch(dispatcher, message), event["Records"]))
    failed = [message["messageId"] for message, result in zip(event["Records"], results, strict=True) if result is None]
    record(_measured(result) for result in results if result is not None)
    logger.info("dispatched", extra={"deliveries": len(results), "failed": len(failed)})
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _measured(result: Retry | Done) -> Measurement:
    """`WebhookDead` is 0 or 1 for each delivery that ended, so that its average is a rate."""
    if isinstance(result, Retry):
        return Measurement("WebhookRetries", 1)
    return Measurement("WebhookDead", float(result.dead is not None))


def _dispatch(dispatcher: Dispatcher, message: dict[str, Any]) -> Retry | Done | None:
    """Returns what became of the delivery; None if it could not be handled and the queue redelivers it."""
    try:
        delivery, lane = ScheduledDelivery.model_validate_json(message["body"]), _lane(message)
        result = dispatcher.dispatch(delivery, lane)
        if isinstance(result, Retry):
            enqueue([(result.lane, delivery, result.wait)])
        elif result.dead is not None:
            revived = delivery.model_copy(
                update={"revive": True}
            )  # a redrive of the dead-letter queue then restarts the delivery
            send(os.environ["FOURFOLD_WEBHOOKS_DEAD_QUEUE"], [(revived, timedelta())])
    except Exception as error:  # noqa: BLE001 - any failure is redelivered by the queue
        # Log the type only: the message may contain secrets and bodies.
        fields = {"message_id": message["messageId"], "error": type(error).__qualname__}
        logger.error("delivery not handled", extra=fields)  # noqa: TRY400
        return None
    return result


def _lane(message: dict[str, Any]) -> Lane:
    slow = lane_queues()[Lane.SLOW].rpartition("/")[2]
    return Lane.SLOW if message["eventSourceARN"].rpartition(":")[2] == slow else Lane.FAST
