"""What the webhook routes take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from fourfold.webhooks.delivery import Attempt, DeadReason, Delivery, DeliveryStatus
from fourfold.webhooks.endpoint import EVERYTHING, KNOWN_EVENTS, DisabledReason, Endpoint
from fourfold.webhooks.target import MAX_URL_CHARACTERS


def _known_event(name: str) -> str:
    if name != EVERYTHING and name not in KNOWN_EVENTS:
        known = ", ".join((EVERYTHING, *KNOWN_EVENTS))
        raise PydanticCustomError("unknown_event", "There is no such event; choose from {known}", {"known": known})
    return name


Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=MAX_URL_CHARACTERS,
        description="Where events are POSTed: https, port 443, a host name that leads to public addresses only.",
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
    Field(min_length=1, max_length=50, description="Exact names of events, or `*` for all."),
]
Description = Annotated[str, Field(max_length=500, description="For yourself.")]


class WebhookRequest(BaseModel):
    """A new endpoint."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        json_schema_extra={"examples": [{"url": "https://example.com/hooks", "events": ["persona.created"]}]},
    )

    url: Url
    events: Events
    description: Description | None = None


class WebhookChange(BaseModel):
    """What to change; what is left out stays. `enabled: true` also forgets past failures."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"enabled": True}]}
    )

    # What is left out is not read: `model_fields_set` tells.
    url: Url = Field(default_factory=str)
    events: Events = Field(default_factory=list)
    description: Description | None = Field(default_factory=lambda: None)
    enabled: bool = Field(default_factory=lambda: True)


class RotationRequest(BaseModel):
    """`force`: rotate although the secret before still signs; the oldest one then signs no longer."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"force": False}]}
    )

    force: bool = False


class ReplayRequest(BaseModel):
    """Which dead deliveries to begin again: those of events that occurred at `since` or later."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"since": "2026-11-23T00:00:00Z"}]}
    )

    since: Annotated[AwareDatetime, Field(description="RFC 3339 with a time zone.")]


class Webhook(BaseModel):
    """An endpoint. `disabled_reason`: `by_request`, `gone` (it answered 410) or `failing` (for too long).

    `rotating_until`: until when the secret before signs beside the newest. `failing_since`: the first failure that no
    success has followed.
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
    """An endpoint and its newest secret, which is shown this once."""

    secret: Annotated[
        str | None,
        Field(
            description="The secret. Null when an Idempotency-Key replays the reply: it was told the first time. If "
            "that reply was lost, rotate the secret."
        ),
    ]


class WebhookList(BaseModel):
    """All endpoints of the workspace, newest first. A workspace has few enough for one page."""

    data: list[Webhook]
    has_more: Literal[False] = False
    next_cursor: None = None


class WebhookDelivery(BaseModel):
    """An event on its way to an endpoint. `event_id` is the `webhook-id` of every attempt.

    `next_attempt_at` is null once it is delivered or `dead`: then no attempt follows unless it is replayed.
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
    """A page of deliveries, newest event first. Pass `next_cursor` as `cursor` for the next page; null at the end."""

    data: list[WebhookDelivery]
    has_more: bool
    next_cursor: str | None


class Replay(BaseModel):
    """How many deliveries begin again. `has_more`: there were more than are taken at a time; ask again."""

    replayed: int
    has_more: bool


def webhook(endpoint: Endpoint, at: datetime) -> Webhook:
    """What the owner sees of an endpoint."""
    return Webhook(**_fields(endpoint, at))


def webhook_with_secret(endpoint: Endpoint, at: datetime) -> WebhookWithSecret:
    """The same with its newest secret."""
    return WebhookWithSecret(**_fields(endpoint, at), secret=endpoint.secrets[0].secret)


def delivery_document(delivery: Delivery) -> WebhookDelivery:
    """What the owner sees of a delivery."""
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
