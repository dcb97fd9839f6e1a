"""A delivery of one event to one endpoint, with its attempts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from fourfold.ids import delivery_id
from fourfold.persona import Document

PING_TYPE = "webhook.ping"

AttemptResult = Literal[
    "delivered", "http_error", "redirected", "timed_out", "connection_failed", "tls_failed", "unresolved", "refused"
]


class Attempt(Document):
    """A delivery attempt. `latency_ms` is the time from the DNS lookup to the status line or to the error.

    `result`: `delivered` (2xx), `http_error` (any other status), `redirected` (3xx; redirects are not followed),
    `timed_out`, `connection_failed`, `tls_failed`, `unresolved` (the host has no address) or `refused` (its address is
    not public).
    """

    at: datetime
    result: AttemptResult
    status_code: int | None
    latency_ms: int


class DeliveryStatus(StrEnum):
    """The status of a delivery. `dead`: no further attempt is made unless it is replayed."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


DeadReason = Literal["attempts_exhausted", "endpoint_gone", "endpoint_disabled", "endpoint_deleted"]


class Delivery(Document):
    """A stored delivery. `body` is the exact request body.

    `tries` counts the attempts since the delivery was created or last replayed; `attempts` holds the newest ones.
    `due_at` is the earliest time of the next attempt of a pending delivery. `busy_until` is the time by which a running
    attempt must have ended; until then no other worker may claim the delivery.
    """

    id: str
    endpoint_id: str
    workspace_id: str
    event_id: str
    event_type: str
    body: str
    status: DeliveryStatus
    dead_reason: DeadReason | None = None
    tries: int = 0
    attempts: tuple[Attempt, ...] = ()
    due_at: datetime
    busy_until: datetime | None = None
    created_at: datetime

    @property
    def changed_at(self) -> datetime:
        """The time of its newest attempt, or of its creation."""
        return self.attempts[-1].at if self.attempts else self.created_at


class Message(Document):
    """The content of a delivery: an event, or a ping."""

    event_id: str
    event_type: str
    workspace_id: str
    occurred_at: datetime
    data: dict[str, Any]

    def body(self) -> str:
        """Returns `{type, timestamp, data}` as JSON text."""
        stamp = self.occurred_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        content = {"type": self.event_type, "timestamp": stamp, "data": self.data}
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def message_of(event: Mapping[str, Any]) -> Message:
    """Returns the message of a bus event in the form that EventBridge delivers (`detail-type`, `detail`)."""
    metadata = event["detail"]["metadata"]
    return Message(
        event_id=metadata["event_id"],
        event_type=event["detail-type"],
        workspace_id=metadata["workspace_id"],
        occurred_at=metadata["occurred_at"],
        data=event["detail"]["data"],
    )


def new_delivery(message: Message, endpoint_id: str, created_at: datetime, due_at: datetime) -> Delivery:
    """Returns a new pending delivery of a message to an endpoint. Its id is deterministic."""
    return Delivery(
        id=delivery_id(message.event_id, endpoint_id, message.occurred_at),
        endpoint_id=endpoint_id,
        workspace_id=message.workspace_id,
        event_id=message.event_id,
        event_type=message.event_type,
        body=message.body(),
        status=DeliveryStatus.PENDING,
        due_at=due_at,
        created_at=created_at,
    )
