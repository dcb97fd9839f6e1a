"""Events of webhook endpoints themselves."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import EndpointId


class WebhookEndpointDisabled(EventData):
    """An endpoint gets nothing any more until its owner enables it: it answered 410, or only failed for too long.

    The URL is left out: people put secrets in there.
    """

    detail_type: ClassVar[str] = "webhook.endpoint.disabled"

    endpoint_id: EndpointId
    reason: Literal["gone", "failing"]
    failing_since: datetime | None
