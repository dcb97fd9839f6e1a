"""Every event type there is."""

from __future__ import annotations

from fourfold.events.envelope import EventData
from fourfold.events.generation import (
    GenerationRunCompleted,
    GenerationRunFailed,
    GenerationRunStarted,
    PersonaCreated,
    PersonaFlagged,
)
from fourfold.events.webhooks import WebhookEndpointDisabled

EVENT_TYPES: tuple[type[EventData], ...] = (
    GenerationRunStarted,
    GenerationRunCompleted,
    GenerationRunFailed,
    PersonaCreated,
    PersonaFlagged,
    WebhookEndpointDisabled,
)
