"""The API's settings, `api.*`: limits and webhook delivery."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from fourfold.config.scope import KeyMeta, Scope
from fourfold.persona import Document

_NOT_BY_WORKSPACE = (Scope.SYSTEM, Scope.ORG)  # a workspace cannot raise its own limits


class LimitsConfig(Document):
    """Limits of an API key and of a workspace."""

    requests_per_minute: Annotated[
        int,
        Field(ge=1, le=100_000, description="Maximum requests per minute of one API key."),
        KeyMeta(unit="requests/min", scopes=_NOT_BY_WORKSPACE),
    ] = 600
    spending_per_minute: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="Maximum requests per minute of a workspace that call models, start jobs or send webhooks, of "
            "all its keys.",
        ),
        KeyMeta(unit="requests/min", scopes=_NOT_BY_WORKSPACE),
    ] = 600
    imports_per_minute: Annotated[
        int,
        Field(
            ge=1, le=100_000, description="Maximum imports per minute of a workspace. Each import starts two paid jobs."
        ),
        KeyMeta(unit="imports/min", scopes=_NOT_BY_WORKSPACE),
    ] = 60
    concurrent_generations: Annotated[
        int,
        Field(ge=1, le=1000, description="Maximum generation runs of a workspace at the same time."),
        KeyMeta(unit="runs", scopes=_NOT_BY_WORKSPACE),
    ] = 50
    concurrent_chats: Annotated[
        int,
        Field(ge=1, le=1000, description="Maximum chat replies of a workspace that are written at the same time."),
        KeyMeta(unit="replies", scopes=_NOT_BY_WORKSPACE),
    ] = 50
    open_streams: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Maximum requests of a workspace that stream the events of a run or wait for its end at the "
            "same time.",
        ),
        KeyMeta(unit="requests", scopes=_NOT_BY_WORKSPACE),
    ] = 100
    connections: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="Maximum WebSocket connections of a workspace at the same time. A connection that ends without "
            "notice counts for at most two hours and ten minutes.",
        ),
        KeyMeta(unit="connections", scopes=_NOT_BY_WORKSPACE),
    ] = 100
    usd_per_month: Annotated[
        Annotated[float, Field(ge=0.0, le=10_000_000.0)] | None,
        Field(description="The most that a workspace may spend on models in a UTC month; null: no limit."),
        KeyMeta(unit="USD"),
    ] = None
    usd_per_day: Annotated[
        Annotated[float, Field(ge=0.0, le=10_000_000.0)] | None,
        Field(description="The most that a workspace may spend on models in a UTC day; null: no limit."),
        KeyMeta(unit="USD"),
    ] = None
    allow_unpriced: Annotated[
        bool,
        Field(description="Whether models without a known price may be used under a budget, without limit."),
        KeyMeta(),
    ] = False


# Least delay before each attempt: a host that refuses deliveries must not get them all at once.
_LEAST_DELAYS_S = (0, 1, 1, 1)
_LEAST_FURTHER_DELAY_S = 10


def least_delays(delays_s: Sequence[int]) -> tuple[int, ...]:
    """Returns the schedule with each delay raised to its minimum."""
    least = (*_LEAST_DELAYS_S, *[_LEAST_FURTHER_DELAY_S] * len(delays_s))
    return tuple(map(max, delays_s, least))


def _spread(delays_s: tuple[int, ...]) -> tuple[int, ...]:
    if (least := least_delays(delays_s)) != delays_s:
        raise ValueError(f"must be at least {', '.join(map(str, least))}")
    return delays_s


class WebhookRetryConfig(Document):
    """The schedule of delivery attempts."""

    delays_s: Annotated[
        tuple[Annotated[int, Field(ge=0, le=43_200)], ...],
        Field(
            min_length=1,
            max_length=12,
            description="Delay before each attempt, including the first. Retries wait at least 1, from the fourth on "
            "at least 10.",
        ),
        AfterValidator(_spread),
        KeyMeta(unit="s"),
    ] = (0, 60, 300, 1800, 7200)


class WebhooksConfig(Document):
    """Settings of webhook delivery."""

    retry: WebhookRetryConfig = WebhookRetryConfig()
    timeout_s: Annotated[int, Field(ge=1, le=30, description="Timeout of one delivery attempt."), KeyMeta(unit="s")] = (
        15
    )
    disable_after_s: Annotated[
        int,
        Field(ge=1, le=2_592_000, description="How long all deliveries must fail before the endpoint is disabled."),
        KeyMeta(unit="s"),
    ] = 432_000
    rotation_overlap_s: Annotated[
        int,
        Field(ge=0, le=604_800, description="How long the old secret stays valid after a rotation."),
        KeyMeta(unit="s"),
    ] = 86_400


class RetentionConfig(Document):
    """How long the API keeps what a workspace no longer needs."""

    evaluation_days: Annotated[
        Annotated[int, Field(ge=1, le=3650)] | None,
        Field(
            description="After how many days an evaluation is deleted with its personas, counted from its start; "
            "null: when it is asked for. An evaluation keeps the value of its start."
        ),
        KeyMeta(unit="days"),
    ] = 90


class ApiConfig(Document):
    """The API's settings."""

    limits: LimitsConfig = LimitsConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
    retention: RetentionConfig = RetentionConfig()
