"""The two SQS queues of the webhook dispatcher, filled by the fan-out, the API and the dispatcher."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config

from fourfold.aws import client
from fourfold.made_once import MadeOnce
from fourfold.storage.client import dynamodb
from fourfold.storage.webhooks.store import DynamoWebhooks
from fourfold.webhooks.fan_out import QueueEntry
from fourfold.webhooks.queues import Lane, ScheduledDelivery

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

# The maximum of SQS. For a longer delay the dispatcher finds the delivery not due and enqueues it again.
MAX_DELAY_S = 900
_MAX_CONCURRENT = 8


def lane_queues() -> dict[Lane, str]:
    """The queue URL of each lane."""
    return {
        Lane.FAST: os.environ["FOURFOLD_WEBHOOKS_FAST_QUEUE"],
        Lane.SLOW: os.environ["FOURFOLD_WEBHOOKS_SLOW_QUEUE"],
    }


def enqueue(scheduled: Sequence[QueueEntry]) -> None:
    """Enqueues scheduled deliveries into their lanes. Safe to repeat: the dispatcher sends a delivery once."""
    for lane, url in lane_queues().items():
        if lane_deliveries := [(delivery, delay) for errand_lane, delivery, delay in scheduled if errand_lane is lane]:
            send(url, lane_deliveries)


def send(queue_url: str, deliveries: Sequence[tuple[ScheduledDelivery, timedelta]]) -> None:
    """Sends deliveries to a queue, each with its delay (at most 15 minutes).

    The endpoint is the message group: with SQS fair queues a busy endpoint does not delay the others. Messages are sent
    one by one, because for SendMessageBatch the local engine requires an IAM action that AWS does not have.
    """

    def put(delivery: ScheduledDelivery, delay: timedelta) -> None:
        queues().send_message(
            QueueUrl=queue_url,
            MessageBody=delivery.model_dump_json(),
            MessageGroupId=delivery.endpoint_id,
            DelaySeconds=_delay(delay),
        )

    if len(deliveries) == 1:
        put(*deliveries[0])
    else:
        with ThreadPoolExecutor(_MAX_CONCURRENT) as pool:
            list(pool.map(put, *zip(*deliveries, strict=True)))


@MadeOnce
def queues() -> SQSClient:
    """The SQS client."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
    return cast("SQSClient", client("sqs", config))


@cache
def webhooks() -> DynamoWebhooks:
    """The store of endpoints and deliveries."""
    return DynamoWebhooks(dynamodb(), os.environ["FOURFOLD_WEBHOOKS_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE"))


def _delay(delay: timedelta) -> int:
    return min(MAX_DELAY_S, max(0, math.ceil(delay.total_seconds())))
