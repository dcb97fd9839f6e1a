"""Events of a persona after its creation: updates and deletion. `metadata` are the caller's strings of the persona."""

from __future__ import annotations

from typing import ClassVar, Self

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona_versions import PersonaVersion


class PersonaUpdated(EventData):
    """A persona has a new version. `changed` lists the fields that differ from the previous version.

    `fields` lists the fields of the layers that differ, such as `surface.name`. `changed_by` is the id of the API key
    that asked for the change, `reason` the reason it gave. `run_id` is null if no run made the change; then a changed
    layer starts no background job.
    """

    detail_type: ClassVar[str] = "persona.updated"

    persona_id: PersonaId
    version: int
    changed: tuple[str, ...]
    fields: tuple[str, ...]
    changed_by: str | None
    reason: str | None
    run_id: RunId | None
    metadata: dict[str, str]

    @classmethod
    def of(cls, version: PersonaVersion) -> Self:
        """Returns the event of a version that is not the persona's first."""
        return cls(
            persona_id=version.persona.id,
            version=version.version,
            changed=version.changed,
            fields=version.fields,
            changed_by=version.author,
            reason=version.reason,
            run_id=version.run_id,
            metadata=version.persona.metadata,
        )


class PersonaDeleted(EventData):
    """A persona and everything that belongs to it was deleted. Delete your copies."""

    detail_type: ClassVar[str] = "persona.deleted"

    persona_id: PersonaId
    metadata: dict[str, str]
