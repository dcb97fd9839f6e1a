"""Events of a persona after its creation."""

from __future__ import annotations

from typing import ClassVar

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId


class PersonaUpdated(EventData):
    """A persona has a new version: `changed` names the fields that differ.

    `run_id` is null where a caller changed it.
    """

    detail_type: ClassVar[str] = "persona.updated"

    persona_id: PersonaId
    version: int
    changed: tuple[str, ...]
    run_id: RunId | None


class PersonaDeleted(EventData):
    """A persona is gone with everything that belonged to it: drop what you keep of it."""

    detail_type: ClassVar[str] = "persona.deleted"

    persona_id: PersonaId
