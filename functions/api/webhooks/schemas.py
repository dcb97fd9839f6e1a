"""Request and reply models of the webhook routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import EVERYTHING, KNOWN_EVENTS, DisabledReason, Endpoint
from fourfold.webhooks.target import MAX_URL_CHARACTERS
from functions.api.iso_dates import IsoDatetime


def _known_event(name: str) -> str:
    return _one_of((EVERYTHING, *KNOWN_EVENTS), name)


def _known_event_type(name: str) -> str:
    return _one_of(KNOWN_EVENTS, name)


def _one_of(known: tuple[str, ...], name: str) -> str:
    if name not in known:
        raise PydanticCustomError("unknown_event", "Unknown event; use one of {known}", {"known": ", ".join(known)})
    return name


Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_URL_CHARACTERS,
        description="The URL that receives events: https on port 443, with a host that resolves to public addresses.",
    ),
]
Events = Annotated[
    list[
        Annotated[
            str,
            Field(max_length=100, json_schema_extra={"enum": [EVERYTHING, *KNOWN_EVENTS]}),
            AfterValidator(_known_event),
        ]
    ],
    Field(min_length=1, max_length=50, description="Exact event names, or `*` for all."),
]
Description = Annotated[str, Field(max_length=500, description="An optional note.")]


class WebhookRequest(BaseModel):
    """The endpoint to create."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"url": "https://example.com/hooks", "events": ["persona.created"]}]},
    )

    url: Url
    events: Events
    description: Description | None = None


class WebhookTestRequest(BaseModel):
    """The type of the sample event to send."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"type": "persona.created"}]}
    )

    type: Annotated[
        str,
        Field(max_length=100, json_schema_extra={"enum": [*KNOWN_EVENTS]}),
        AfterValidator(_known_event_type),
    ]


class WebhookChange(BaseModel):
    """The fields to change; omitted fields keep their values. `enabled: true` also resets the failure history."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"enabled": True}]}
    )

    # The defaults are not used: `model_fields_set` says which fields were sent.
    url: Url = Field(default_factory=str)
    events: Events = Field(default_factory=list)
    description: Description | None = Field(default_factory=lambda: None)
    enabled: bool = Field(default_factory=lambda: True)


class RotationRequest(BaseModel):
    """`force`: rotate although the previous secret is still valid; the oldest secret then becomes invalid."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"force": False}]}
    )

    force: bool = False


class ReplayRequest(BaseModel):
    """Selects the dead deliveries of events that occurred at `since` or later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"since": "2026-11-23T00:00:00Z"}]}
    )

    since: Annotated[IsoDatetime, Field(description="An RFC 3339 date-time with a time zone.")]


class Webhook(BaseModel):
    """An endpoint. `disabled_reason`: `by_request`, `gone` (it returned 410) or `failing` (for too long).

    `rotating_until`: the time until which the previous secret also signs. `failing_since`: the first failure since the
    last success.
    """

    id: str
    url: str
    events: list[str]
    description: str | None
    enabled: bool
    disabled_reason: DisabledReason | None
    failing_since: datetime | None
    rotating_until: datetime | None
    created_at: datetime
    updated_at: datetime


class WebhookWithSecret(Webhook):
    """An endpoint with its newest secret, which is shown only once."""

    secret: Annotated[
        str | None,
        Field(
            description="The secret. It is null in a replayed reply (Idempotency-Key), because it is shown only once. "
            "If the first reply was lost, rotate the secret."
        ),
    ]


class WebhookList(BaseModel):
    """All endpoints of the workspace, newest first, in one page."""

    data: list[Webhook]
    has_more: Literal[False] = False
    next_cursor: None = None


class WebhookDelivery(BaseModel):
    """The delivery of an event to an endpoint. `event_id` is the `webhook-id` header of every attempt.

    `next_attempt_at` is null if the delivery is `delivered` or `dead`; then no attempt follows unless it is replayed.
    """

    id: str
    endpoint_id: str
    event_id: str
    event_type: str
    status: DeliveryStatus
    dead_reason: DeadReason | None
    attempts: list[Attempt]
    next_attempt_at: datetime | None
    created_at: datetime


class WebhookDeliveryList(BaseModel):
    """A page of deliveries, newest event first. Send `next_cursor` as `cursor` for the next page; null at the end."""

    data: list[WebhookDelivery]
    has_more: bool
    next_cursor: str | None


class Replay(BaseModel):
    """The number of restarted deliveries. `has_more`: there are more; repeat the request."""

    replayed: int
    has_more: bool


def webhook(endpoint: Endpoint, at: datetime) -> Webhook:
    """Converts an endpoint to its public document."""
    return Webhook(**_fields(endpoint, at))


def webhook_with_secret(endpoint: Endpoint, at: datetime) -> WebhookWithSecret:
    """Converts an endpoint to its public document with the newest secret."""
    return WebhookWithSecret(**_fields(endpoint, at), secret=endpoint.secrets[0].secret)


def delivery_document(delivery: Delivery) -> WebhookDelivery:
    """Converts a delivery to its public document."""
    pending = delivery.status is DeliveryStatus.PENDING
    return WebhookDelivery(
        **delivery.model_dump(include={"id", "endpoint_id", "event_id", "event_type", "status", "dead_reason"}),
        attempts=list(delivery.attempts),
        next_attempt_at=delivery.due_at if pending else None,
        created_at=delivery.created_at,
    )


def _fields(endpoint: Endpoint, at: datetime) -> dict[str, object]:
    names = {"id", "url", "events", "description", "enabled", "disabled_reason", "failing_since"}
    return {
        **endpoint.model_dump(include=names | {"created_at", "updated_at"}),
        "events": list(endpoint.events),
        "rotating_until": endpoint.secrets[1].expires_at if endpoint.is_rotating(at) else None,
    }
