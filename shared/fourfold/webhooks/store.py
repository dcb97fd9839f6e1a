"""The webhook store. Every change is conditional: two workers with the same delivery make one attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery
from fourfold.webhooks.endpoint import DisabledReason, Endpoint


class WebhookStore(Protocol):
    """Endpoints and deliveries, as fan-out and dispatch use them."""

    def endpoint(self, workspace_id: str, endpoint_id: str) -> Endpoint | None:
        """Returns the endpoint, or None."""

    def endpoints(self, workspace_id: str) -> Sequence[Endpoint]:
        """Returns all endpoints of a workspace, newest first."""

    def add(self, delivery: Delivery) -> bool:
        """Stores a delivery unless it exists; returns whether it was stored."""

    def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """Returns the delivery (strongly consistent), or None."""

    def claim(
        self, endpoint_id: str, delivery_id: str, now: datetime, until: datetime, *, due_by: datetime | None = None
    ) -> Delivery | None:
        """Claims a delivery until `until` and returns it.

        Returns None unless it is pending, due by `due_by` (or `now`) and not claimed.
        """

    def record(
        self, delivery: Delivery, attempt: Attempt, *, due_at: datetime | None = None, dead: DeadReason | None = None
    ) -> None:
        """Records the attempt of a claimed delivery, which becomes delivered, due again at `due_at`, or dead."""

    def mark_dead(self, endpoint_id: str, delivery_id: str, reason: DeadReason, now: datetime) -> bool:
        """Sets a pending delivery to dead unless it is claimed; returns whether it did."""

    def requeue(self, endpoint_id: str, delivery_id: str, now: datetime) -> bool:
        """Sets a dead delivery to pending and due; returns whether it did."""

    def record_health(self, endpoint: Endpoint, *, healthy: bool, failing_since: datetime | None) -> None:
        """Stores the endpoint's health, unless the endpoint was deleted."""

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime, entry: Mapping[str, Any]) -> bool:
        """Disables an enabled endpoint and puts `entry` into the outbox, in one transaction; returns whether it did."""
