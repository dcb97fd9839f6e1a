"""Events of a persona's voice: its fingerprint is there, or a reply has drifted from it."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.drift import Envelope
from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import Document, Grade


class FingerprintReady(EventData):
    """A persona's voice fingerprint is stored. Read it at `GET /v1/personas/{persona_id}/fingerprint`."""

    detail_type: ClassVar[str] = "persona.fingerprint.ready"

    persona_id: PersonaId
    run_id: RunId
    embedder: str
    scenario_set: str
    scenarios: int
    calibration: int
    grade: Grade
    eer: float | None
    cost_usd: float | None


class Recovery(Document):
    """What writing a drifted reply once more came to: its score before and after, and which of the two shipped."""

    before: float
    after: float | None
    shipped: Literal["first", "second"]


class DriftDetected(EventData):
    """A reply is farther from the voice than the threshold. The text itself is not told.

    `source` is who wrote it: this service's chat, or another runtime that asked for a score.
    """

    detail_type: ClassVar[str] = "persona.drift_detected"

    persona_id: PersonaId
    session_id: str | None
    source: Literal["chat", "drift"]
    action: Literal["warn", "auto_recover", "block"]
    drift: Envelope
    recovery: Recovery | None


VOICE_EVENTS: tuple[type[EventData], ...] = (FingerprintReady, DriftDetected)
