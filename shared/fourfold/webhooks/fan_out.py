"""Fans an event out: creates a delivery for each endpoint that subscribes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from fourfold.config.api import WebhooksConfig
from fourfold.webhooks.delivery import DeliveryStatus, Message, new_delivery
from fourfold.webhooks.queues import Lane, ScheduledDelivery, lane_of
from fourfold.webhooks.store import WebhookStore

QueueEntry = tuple[Lane, ScheduledDelivery, timedelta]
"""The lane of a queue message, the message, and the delay before the dispatcher receives it."""


def fan_out(
    message: Message, store: WebhookStore, config_of: Callable[[str], WebhooksConfig], now: datetime
) -> list[QueueEntry]:
    """Stores a delivery for each endpoint that subscribes to the event.

    Returns:
        The messages to queue. For an event that is received again, only deliveries that were never attempted are
        returned, because their queue message may have been lost.
    """
    entries = []
    for endpoint in store.endpoints(message.workspace_id):
        if not endpoint.subscribes_to(message.event_type):
            continue
        wait = timedelta(seconds=config_of(message.workspace_id).retry.delays_s[0])
        delivery = new_delivery(message, endpoint.id, now, now + wait)
        if not store.add(delivery):
            stored = store.delivery(endpoint.id, delivery.id)
            if stored is None or stored.status is not DeliveryStatus.PENDING or stored.tries or stored.busy_until:
                continue
        scheduled = ScheduledDelivery(
            workspace_id=message.workspace_id, endpoint_id=endpoint.id, delivery_id=delivery.id
        )
        entries.append((lane_of(endpoint), scheduled, wait))
    return entries
