"""Events of a persona after its creation: updates and deletion."""

from __future__ import annotations

from typing import ClassVar

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId


class PersonaUpdated(EventData):
    """A persona has a new version. `changed` lists the fields that differ from the previous version.

    `run_id` is null if the change was made with an API request.
    """

    detail_type: ClassVar[str] = "persona.updated"

    persona_id: PersonaId
    version: int
    changed: tuple[str, ...]
    run_id: RunId | None


class PersonaDeleted(EventData):
    """A persona and everything that belongs to it was deleted. Delete your copies."""

    detail_type: ClassVar[str] = "persona.deleted"

    persona_id: PersonaId
