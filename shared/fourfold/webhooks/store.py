"""What storage does for webhooks. Every change is conditional: two workers at the same delivery make one attempt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery
from fourfold.webhooks.endpoint import DisabledReason, Endpoint


class WebhookStore(Protocol):
    """Endpoints and deliveries as fan-out and dispatch need them."""

    def endpoint(self, workspace_id: str, endpoint_id: str) -> Endpoint | None:
        """The endpoint, or None."""

    def endpoints(self, workspace_id: str) -> Sequence[Endpoint]:
        """All of a workspace's, newest first."""

    def add(self, delivery: Delivery) -> bool:
        """Stores a delivery unless it is there; says whether it was stored."""

    def delivery(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """The delivery, strongly consistent, or None."""

    def claim(self, endpoint_id: str, delivery_id: str, now: datetime, until: datetime) -> Delivery | None:
        """The delivery, busy until `until`; None unless it is pending, due and not busy."""

    def record(
        self, delivery: Delivery, attempt: Attempt, *, due_at: datetime | None = None, dead: DeadReason | None = None
    ) -> None:
        """Ends a claimed delivery's attempt: delivered, or due again at `due_at`, or dead."""

    def mark_dead(self, endpoint_id: str, delivery_id: str, reason: DeadReason, now: datetime) -> bool:
        """Makes a pending delivery that nobody attempts dead; says whether it did."""

    def requeue(self, endpoint_id: str, delivery_id: str, now: datetime) -> bool:
        """Begins a dead delivery again, due now; says whether it did."""

    def record_health(self, endpoint: Endpoint, *, healthy: bool, failing_since: datetime | None) -> None:
        """How the endpoint answers now; nothing if it is gone."""

    def disable(self, endpoint: Endpoint, reason: DisabledReason, now: datetime, entry: Mapping[str, Any]) -> bool:
        """Disables an enabled endpoint and puts the event `entry` into the outbox, both or neither; says whether."""
