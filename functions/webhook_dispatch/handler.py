"""Lambda entry: carries out the dispatcher's orders, those of a batch side by side."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger

from fourfold.webhooks.dispatch import Dispatcher, Retry
from fourfold.webhooks.queues import Lane, ScheduledDelivery
from fourfold.webhooks.sender import Sender
from functions.clock import now
from functions.configuration import settings_of
from functions.webhook_queues import give, lane_queues, send, webhooks

logger = Logger()

BATCH = 10


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers the SQS partial-batch response: only orders that could not be carried out come again."""
    dispatcher = Dispatcher(
        store=webhooks(),
        sender=Sender(clock=now, allow_loopback=os.environ.get("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK") == "1"),
        config_of=lambda workspace_id: settings_of(workspace_id).api.webhooks,
        clock=now,
    )
    with ThreadPoolExecutor(BATCH) as pool:
        done = list(pool.map(lambda record: _carried_out(dispatcher, record), event["Records"]))
    failed = [record["messageId"] for record, well in zip(event["Records"], done, strict=True) if not well]
    logger.info("dispatched", extra={"orders": len(done), "failed": len(failed)})
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _carried_out(dispatcher: Dispatcher, record: dict[str, Any]) -> bool:
    try:
        order, lane = ScheduledDelivery.model_validate_json(record["body"]), _lane(record)
        follows = dispatcher.dispatch(order, lane)
        if isinstance(follows, Retry):
            give([(follows.lane, order, follows.wait)])
        elif follows.dead is not None:
            again = order.model_copy(update={"revive": True})  # so that a redrive of the queue begins it anew
            send(os.environ["FOURFOLD_WEBHOOKS_DEAD_QUEUE"], [(again, timedelta())])
    except Exception as error:  # noqa: BLE001 - whatever it is, the queue gives this order again, some times
        # Its text may hold secrets and bodies.
        told = {"message_id": record["messageId"], "error": type(error).__qualname__}
        logger.error("an order was not carried out", extra=told)  # noqa: TRY400
        return False
    return True


def _lane(record: dict[str, Any]) -> Lane:
    slow = lane_queues()[Lane.SLOW].rpartition("/")[2]
    return Lane.SLOW if record["eventSourceARN"].rpartition(":")[2] == slow else Lane.FAST
