"""The list of all event types."""

from __future__ import annotations

from fourfold.events.budget import BudgetAlert
from fourfold.events.config import ConfigChanged
from fourfold.events.envelope import EventData
from fourfold.events.evaluation import EvaluationCompleted, EvaluationFailed
from fourfold.events.generation import (
    GenerationRunCompleted,
    GenerationRunFailed,
    GenerationRunStarted,
    PersonaCreated,
    PersonaFlagged,
)
from fourfold.events.persona import PersonaDeleted, PersonaUpdated
from fourfold.events.provocation import TestSuiteCompleted
from fourfold.events.session import SessionDeleted, SessionUpdated
from fourfold.events.voice import VOICE_EVENTS
from fourfold.events.webhooks import WebhookEndpointDisabled
from fourfold.events.workspace import WorkspaceDeleted

EVENT_TYPES: tuple[type[EventData], ...] = (
    GenerationRunStarted,
    GenerationRunCompleted,
    GenerationRunFailed,
    PersonaCreated,
    PersonaFlagged,
    PersonaUpdated,
    PersonaDeleted,
    *VOICE_EVENTS,
    SessionUpdated,
    SessionDeleted,
    TestSuiteCompleted,
    EvaluationCompleted,
    EvaluationFailed,
    ConfigChanged,
    BudgetAlert,
    WebhookEndpointDisabled,
    WorkspaceDeleted,
)
