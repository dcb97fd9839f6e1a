"""OpenAPI examples of the webhook routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fourfold.http.cursors import opaque_cursor
from fourfold.webhooks.delivery import Attempt, DeliveryStatus
from functions.api.openapi.example_values import by_schema
from functions.api.webhooks.schemas import (
    Replay,
    Webhook,
    WebhookDelivery,
    WebhookDeliveryList,
    WebhookList,
    WebhookWithSecret,
)

_AT = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
_ENDPOINT_ID, _DELIVERY_ID = "whk_01kaqf0c5v3y9m2t8z4n6r1w7h", "dlv_01kaqf0c5v3y9m2t8z4n6r1w7d"


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    endpoint = Webhook(
        id=_ENDPOINT_ID,
        url="https://example.com/hooks",
        events=["persona.created"],
        description=None,
        enabled=True,
        disabled_reason=None,
        failing_since=None,
        rotating_until=None,
        created_at=_AT,
        updated_at=_AT,
    )
    delivery = WebhookDelivery(
        id=_DELIVERY_ID,
        endpoint_id=_ENDPOINT_ID,
        event_id="evt_4d7a91c2f05be8836a1d9f02c4",
        event_type="persona.created",
        status=DeliveryStatus.DELIVERED,
        dead_reason=None,
        attempts=[Attempt(at=_AT, result="delivered", status_code=204, latency_ms=118)],
        next_attempt_at=None,
        created_at=_AT,
    )
    documents = (
        endpoint,
        WebhookWithSecret(**endpoint.model_dump(), secret="whsec_c2hvd24gb25jZSwgYXQgY3JlYXRpb24="),  # noqa: S106 - an example
        WebhookList(data=[endpoint]),
        delivery,
        WebhookDeliveryList(data=[delivery], has_more=True, next_cursor=opaque_cursor(_DELIVERY_ID)),
        Replay(replayed=12, has_more=False),
    )
    return by_schema(documents)
