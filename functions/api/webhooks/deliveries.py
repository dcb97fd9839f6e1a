"""Sends pings and sample events, and replays deliveries."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice
from typing import Any

from fourfold.events.samples import sample_data
from fourfold.http.auth import Caller
from fourfold.http.problems import ProblemError, not_found
from fourfold.idempotency import Execution
from fourfold.ids import event_id, is_delivery_id
from fourfold.problem import problem
from fourfold.webhooks.delivery import PING_TYPE, Delivery, Message, new_delivery
from fourfold.webhooks.endpoint import Endpoint
from fourfold.webhooks.queues import ScheduledDelivery, lane_of
from functions.api.webhooks.endpoints import found_endpoint
from functions.api.webhooks.schemas import Replay, ReplayRequest
from functions.clock import now
from functions.webhook_queues import enqueue, webhooks

MOST_REPLAYED = 1000


def _enabled_endpoint(caller: Caller, endpoint_id: str) -> Endpoint:
    endpoint = found_endpoint(caller, endpoint_id)
    if not endpoint.enabled:
        detail = 'Enable it first: PATCH {"enabled": true}.'
        raise ProblemError(problem("webhook_disabled", "The endpoint is disabled", 409, detail))
    return endpoint


def ping(caller: Caller, endpoint_id: str, execution: Execution) -> Delivery:
    """Creates and enqueues a `webhook.ping` delivery.

    Raises:
        ProblemError: 404 no such endpoint, 409 it is disabled.
    """
    return _send_test(caller, endpoint_id, PING_TYPE, {"endpoint_id": endpoint_id}, execution)


def sample(caller: Caller, endpoint_id: str, event_type: str, execution: Execution) -> Delivery:
    """Creates and enqueues a delivery of the sample event of a type (one of KNOWN_EVENTS).

    Raises:
        ProblemError: 404 no such endpoint, 409 it is disabled.
    """
    return _send_test(caller, endpoint_id, event_type, sample_data(event_type), execution)


def _send_test(
    caller: Caller, endpoint_id: str, event_type: str, data: dict[str, Any], execution: Execution
) -> Delivery:
    endpoint, at = _enabled_endpoint(caller, endpoint_id), now()
    message = Message(
        event_id=event_id(endpoint.id, event_type, execution.operation_id),
        event_type=event_type,
        workspace_id=caller.workspace_id,
        occurred_at=at,
        data=data,
    )
    delivery = new_delivery(message, endpoint.id, at, at)
    webhooks().add(delivery)
    _send(endpoint, [delivery.id])
    return delivery


def replay_one(caller: Caller, endpoint_id: str, delivery_id: str) -> Delivery:
    """Restarts a delivery, whatever its status.

    Raises:
        ProblemError: 404 no such delivery, 409 the endpoint is disabled or an attempt is in progress.
    """
    endpoint = _enabled_endpoint(caller, endpoint_id)
    delivery = webhooks().delivery(endpoint.id, delivery_id) if is_delivery_id(delivery_id) else None
    if delivery is None:
        raise not_found()
    if not webhooks().requeue(endpoint.id, delivery_id, now(), even_if_alive=True):
        detail = "Wait until the attempt has ended, then replay the delivery if it failed."
        raise ProblemError(problem("delivery_busy", "A delivery attempt is in progress", 409, detail))
    _send(endpoint, [delivery_id])
    return webhooks().delivery(endpoint.id, delivery_id) or delivery


def replay_since(caller: Caller, endpoint_id: str, body: ReplayRequest) -> Replay:
    """Restarts dead deliveries of events since a time, oldest first, at most MOST_REPLAYED.

    Raises:
        ProblemError: 404 no such endpoint, 409 it is disabled.
    """
    endpoint = _enabled_endpoint(caller, endpoint_id)
    dead_deliveries = list(islice(webhooks().dead_since(endpoint.id, body.since), MOST_REPLAYED + 1))
    reopened = [one for one in dead_deliveries[:MOST_REPLAYED] if webhooks().requeue(endpoint.id, one, now())]
    _send(endpoint, reopened)
    return Replay(replayed=len(reopened), has_more=len(dead_deliveries) > MOST_REPLAYED)


def _send(endpoint: Endpoint, delivery_ids: list[str]) -> None:
    deliveries = [
        ScheduledDelivery(workspace_id=endpoint.workspace_id, endpoint_id=endpoint.id, delivery_id=one)
        for one in delivery_ids
    ]
    enqueue([(lane_of(endpoint), delivery, timedelta()) for delivery in deliveries])
