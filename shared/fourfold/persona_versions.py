"""A persona's history: every accepted change leaves an immutable version behind."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from fourfold.ids import RunId
from fourfold.persona import Document, Persona, PersonaStatus


class Change(StrEnum):
    """What made a version."""

    GENERATED = "generated"
    REGENERATED = "regenerated"
    UPDATED = "updated"
    IMPORTED = "imported"


class PersonaVersion(Document):
    """A persona as it stood. `changed` names the fields that differ from the version before; `run_id` who wrote it."""

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...] = ()
    run_id: RunId | None
    at: datetime
    persona: Persona


class VersionSummary(Document):
    """A version without its document. `overall` is its audit's score, 0-5, null where there is no audit."""

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...]
    run_id: RunId | None
    at: datetime
    status: PersonaStatus
    overall: float | None


# What a version can change, under the names of the JSON document.
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
    """The names of the fields that differ, in the document's order."""
    old, new = before.model_dump(), after.model_dump()
    return tuple(name for name in _FIELDS if old[name] != new[name])


def version_of(persona: Persona, change: Change, before: Persona | None = None) -> PersonaVersion:
    """The version `persona` is, made by `change`; `before` is the one it took the place of."""
    return PersonaVersion(
        version=persona.version,
        change=change,
        changed=() if before is None else changed_fields(before, persona),
        run_id=persona.run_id if change in {Change.GENERATED, Change.REGENERATED} else None,
        at=persona.updated_at,
        persona=persona,
    )


def summary(version: PersonaVersion) -> VersionSummary:
    """The line of a list."""
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
