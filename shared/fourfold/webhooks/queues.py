"""The two queues (lanes) of the dispatcher, so that slow and failing endpoints do not delay the others.

First attempts to healthy endpoints use the fast lane. Retries, and deliveries to new, slow or failing endpoints, use
the slow lane, which has its own workers.
"""

from __future__ import annotations

from enum import StrEnum

from fourfold.persona import Document
from fourfold.webhooks.endpoint import Endpoint

HEALTHY_MS = 1000


class Lane(StrEnum):
    """A queue of the dispatcher."""

    FAST = "fast"
    SLOW = "slow"


class ScheduledDelivery(Document):
    """A message to the dispatcher about a delivery that may be due. `revive`: start it again if it is dead."""

    workspace_id: str
    endpoint_id: str
    delivery_id: str
    revive: bool = False


def lane_of(endpoint: Endpoint) -> Lane:
    """Returns the lane of first attempts to the endpoint."""
    return Lane.FAST if endpoint.healthy else Lane.SLOW
