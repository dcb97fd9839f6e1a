"""The history of a persona: every accepted change creates an immutable version."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from fourfold.ids import RunId
from fourfold.persona import Document, Persona, PersonaStatus


class Change(StrEnum):
    """The kind of change that created a version."""

    GENERATED = "generated"
    REGENERATED = "regenerated"
    UPDATED = "updated"
    IMPORTED = "imported"


class PersonaVersion(Document):
    """A version of a persona. `changed` lists the fields that differ from the previous version."""

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...] = ()
    run_id: RunId | None
    at: datetime
    persona: Persona


class VersionSummary(Document):
    """A version without the persona. `overall` is the audit's score (0-5), null if there is no audit."""

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...]
    run_id: RunId | None
    at: datetime
    status: PersonaStatus
    overall: float | None


# The fields that a version can change, by their JSON names.
_FIELDS: Final = (
    "status",
    "slug",
    "visibility",
    "language",
    "soul",
    "self",
    "mask",
    "surface",
    "audit",
)


def changed_fields(before: Persona, after: Persona) -> tuple[str, ...]:
    """Returns the names of the fields that differ, in document order."""
    old, new = before.model_dump(), after.model_dump()
    return tuple(name for name in _FIELDS if old[name] != new[name])


def version_of(persona: Persona, change: Change, before: Persona | None = None) -> PersonaVersion:
    """Returns the version record of `persona`, created by `change`. `before` is the previous version's persona."""
    return PersonaVersion(
        version=persona.version,
        change=change,
        changed=() if before is None else changed_fields(before, persona),
        run_id=persona.run_id if change in {Change.GENERATED, Change.REGENERATED} else None,
        at=persona.updated_at,
        persona=persona,
    )


def summary(version: PersonaVersion) -> VersionSummary:
    """Returns the version's entry in a list."""
    audit = version.persona.audit
    return VersionSummary(
        version=version.version,
        change=version.change,
        changed=version.changed,
        run_id=version.run_id,
        at=version.at,
        status=version.persona.status,
        overall=None if audit is None else audit.overall,
    )
