"""Reply models of the workspace's voices."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.ids import PersonaId
from fourfold.persona import Grade


class MappedPersona(BaseModel):
    """A persona on the map: its place, and the voice that is hardest to distinguish from its own.

    `nearest` and `distinctiveness` (0 never to 1 always distinguished by one reply) are null for a lone voice.
    """

    persona_id: PersonaId
    name: str | None
    grade: Grade
    x: float
    y: float
    nearest: PersonaId | None
    distinctiveness: float | None


class VoiceTwins(BaseModel):
    """Two voices below `engine.fingerprint.min_distinctiveness` in both directions; the greater score of the two."""

    personas: tuple[PersonaId, PersonaId]
    distinctiveness: float
    alike: tuple[str, ...]


class VoiceMap(BaseModel):
    """The workspace's newest voices in a plane, at most 40, and the pairs that are too close.

    All have fingerprints of the same `embedder` and scenarios, those of the newest persona that has one; `left_out`
    counts other personas with a fingerprint among the 100 newest. `shown` is the share (0-1) of the voices' squared
    distances that the plane keeps.
    """

    embedder: str | None
    voices: tuple[MappedPersona, ...]
    twins: tuple[VoiceTwins, ...]
    minimum: float
    shown: float
    left_out: int
