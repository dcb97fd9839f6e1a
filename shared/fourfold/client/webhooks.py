"""Verifies the deliveries of webhooks (Standard Webhooks)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from standardwebhooks import Webhook, WebhookVerificationError

from fourfold.errors import InputError


class NotVerifiedError(InputError):
    """The signature, the time or the body of a delivery is not valid. Answer 401."""


class WebhookEvent(BaseModel):
    """A delivery's body. `id` is the event's id, equal in every attempt: use it to drop repetitions."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    type: str
    timestamp: datetime
    data: dict[str, Any]


def verified_event(body: bytes, headers: Mapping[str, str], secret: str) -> WebhookEvent:
    """The event of a delivery.

    Args:
        body: the exact bytes of the request.
        headers: of the request, in any case.
        secret: `whsec_...` of the endpoint.

    Raises:
        NotVerifiedError: the delivery is not from fourfold, or older than five minutes.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    try:
        content = Webhook(secret).verify(body, lowered)
        return WebhookEvent.model_validate({**content, "id": lowered["webhook-id"]})
    except (WebhookVerificationError, ValueError, TypeError) as error:
        raise NotVerifiedError(f"The webhook is not verified: {error}") from None
