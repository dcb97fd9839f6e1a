"""Two lanes to the dispatcher, so that an endpoint in trouble is nobody's trouble but its own.

An endpoint uses the fast lane while its last attempt succeeded within a second; every other delivery (retries, new
endpoints, slow and failing ones) goes through the slow lane, which has workers of its own.
"""

from __future__ import annotations

from enum import StrEnum

from fourfold.persona import Document
from fourfold.webhooks.endpoint import Endpoint

HEALTHY_MS = 1000


class Lane(StrEnum):
    """A queue in front of the dispatcher."""

    FAST = "fast"
    SLOW = "slow"


class ScheduledDelivery(Document):
    """A message to the dispatcher: have a look at this delivery. `revive`: even if it is dead, begin it again."""

    workspace_id: str
    endpoint_id: str
    delivery_id: str
    revive: bool = False


def lane_of(endpoint: Endpoint) -> Lane:
    """Where a first attempt goes."""
    return Lane.FAST if endpoint.healthy else Lane.SLOW
