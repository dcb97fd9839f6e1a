"""The dispatcher's two queues, for whoever gives it orders: the fan-out, the API, and the dispatcher itself."""

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
from fourfold.storage.client import dynamodb
from fourfold.storage.webhooks.store import DynamoWebhooks
from fourfold.webhooks.fan_out import Errand
from fourfold.webhooks.queues import Lane, ScheduledDelivery

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

# SQS delays no message for longer. A wait that is longer is made of several: the order is given, found not to be due,
# and given again.
LONGEST_DELAY_S = 900
_AT_ONCE = 8


def lane_queues() -> dict[Lane, str]:
    """Lane -> the URL of its queue."""
    return {
        Lane.FAST: os.environ["FOURFOLD_WEBHOOKS_FAST_QUEUE"],
        Lane.SLOW: os.environ["FOURFOLD_WEBHOOKS_SLOW_QUEUE"],
    }


def give(errands: Sequence[Errand]) -> None:
    """Puts orders into their lanes. What fails in the middle may be given all over: an order too many does no harm."""
    for lane, url in lane_queues().items():
        if orders := [(order, wait) for errand_lane, order, wait in errands if errand_lane is lane]:
            send(url, orders)


def send(queue_url: str, orders: Sequence[tuple[ScheduledDelivery, timedelta]]) -> None:
    """Puts orders into a queue, each to be given after its wait (or after 15 minutes, if it is longer).

    Each endpoint is a group, which makes the queue a fair one: while one endpoint's orders take up the workers, SQS
    gives the others' first. One by one: for a batch the local engine asks for a permission that AWS does not have.
    """

    def put(order: ScheduledDelivery, wait: timedelta) -> None:
        queues().send_message(
            QueueUrl=queue_url,
            MessageBody=order.model_dump_json(),
            MessageGroupId=order.endpoint_id,
            DelaySeconds=_delay(wait),
        )

    if len(orders) == 1:
        put(*orders[0])
    else:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(put, *zip(*orders, strict=True)))


@cache
def queues() -> SQSClient:
    """An SQS client."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
    return cast("SQSClient", client("sqs", config))


@cache
def webhooks() -> DynamoWebhooks:
    """Endpoints and deliveries."""
    return DynamoWebhooks(dynamodb(), os.environ["FOURFOLD_WEBHOOKS_TABLE"], os.environ.get("FOURFOLD_OUTBOX_TABLE"))


def _delay(wait: timedelta) -> int:
    return min(LONGEST_DELAY_S, max(0, math.ceil(wait.total_seconds())))
