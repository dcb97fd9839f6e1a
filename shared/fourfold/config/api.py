"""The API's settings, `api.*`: limits and webhook delivery."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fourfold.config.scope import KeyMeta, Scope
from fourfold.persona import Document

_NOT_BY_WORKSPACE = (Scope.SYSTEM, Scope.ORG)  # a tenant does not raise its own limits


class LimitsConfig(Document):
    """How much one key, and one workspace, may ask for."""

    requests_per_minute: Annotated[
        int,
        Field(ge=1, le=100_000, description="Requests of one API key in a minute."),
        KeyMeta(unit="requests/min", scopes=_NOT_BY_WORKSPACE),
    ] = 600
    concurrent_generations: Annotated[
        int,
        Field(ge=1, le=1000, description="Personas a workspace may have in generation at the same time."),
        KeyMeta(unit="runs", scopes=_NOT_BY_WORKSPACE),
    ] = 50


class WebhookRetryConfig(Document):
    """When a delivery that failed is tried again."""

    delays_s: Annotated[
        tuple[Annotated[int, Field(ge=0, le=43_200)], ...],
        Field(min_length=1, max_length=12, description="Wait before each attempt, the first one included."),
        KeyMeta(unit="s"),
    ] = (0, 60, 300, 1800, 7200)


class WebhooksConfig(Document):
    """Delivery to webhook endpoints."""

    retry: WebhookRetryConfig = WebhookRetryConfig()
    timeout_s: Annotated[
        int, Field(ge=1, le=30, description="How long a receiver may take to answer."), KeyMeta(unit="s")
    ] = 15
    disable_after_s: Annotated[
        int,
        Field(ge=1, le=2_592_000, description="How long every delivery must have failed before it is disabled."),
        KeyMeta(unit="s"),
    ] = 432_000
    rotation_overlap_s: Annotated[
        int,
        Field(ge=0, le=604_800, description="How long the old secret still signs beside the new one."),
        KeyMeta(unit="s"),
    ] = 86_400


class ApiConfig(Document):
    """The API's side of the tree."""

    limits: LimitsConfig = LimitsConfig()
    webhooks: WebhooksConfig = WebhooksConfig()
