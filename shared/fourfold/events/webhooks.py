"""Events of webhook endpoints."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import EndpointId


class WebhookEndpointDisabled(EventData):
    """An endpoint was disabled, because it answered 410 (`gone`) or failed for too long (`failing`).

    It receives no events until its owner enables it. The event does not contain the URL, which may hold secrets.
    """

    detail_type: ClassVar[str] = "webhook.endpoint.disabled"

    endpoint_id: EndpointId
    reason: Literal["gone", "failing"]
    failing_since: datetime | None
