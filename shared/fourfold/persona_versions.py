"""The history of a persona: every accepted change creates an immutable version."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from fourfold.constraints import Violation
from fourfold.ids import RunId
from fourfold.layers import changed_paths, layers_of
from fourfold.persona import Document, Persona, PersonaStatus


class Change(StrEnum):
    """The kind of change that created a version."""

    GENERATED = "generated"
    REGENERATED = "regenerated"
    UPDATED = "updated"
    EDITED = "edited"
    AUDITED = "audited"
    RESTORED = "restored"
    FORKED = "forked"
    IMPORTED = "imported"


# A fork has the run that rewrote it, if one did.
_BY_RUNS: Final = frozenset({Change.GENERATED, Change.REGENERATED, Change.AUDITED, Change.FORKED})


class Authorship(Document):
    """Who made a change, by the id of the API key, and the reason they gave."""

    author: str | None = None
    reason: str | None = None


UNSIGNED: Final = Authorship()


class PersonaVersion(Document):
    """A version of a persona. `changed` lists the fields that differ from the previous version.

    `fields` lists the fields of the layers that differ, such as `surface.name`. `author` is the id of the API key that
    asked for the change, null if it was not recorded. `violations` are the constraints that an edit broke and that its
    author accepted.
    """

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    author: str | None = None
    reason: str | None = None
    violations: tuple[Violation, ...] = ()
    run_id: RunId | None
    at: datetime
    persona: Persona


class VersionSummary(Document):
    """A version without the persona. `overall` is the audit's score (0-5), null if there is no audit."""

    version: Annotated[int, Field(ge=1)]
    change: Change
    changed: tuple[str, ...]
    author: str | None
    reason: str | None
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


def _changed_layer_fields(before: Persona | None, after: Persona) -> tuple[str, ...]:
    if before is None or not before.has_layers or not after.has_layers:
        return ()
    return changed_paths(layers_of(before), layers_of(after))


def version_of(
    persona: Persona,
    change: Change,
    before: Persona | None = None,
    by: Authorship = UNSIGNED,
    violations: tuple[Violation, ...] = (),
) -> PersonaVersion:
    """Returns the version record of `persona`, created by `change`.

    `before` is the previous version's persona; `violations` are those that the author of an edit accepted.
    """
    return PersonaVersion(
        version=persona.version,
        change=change,
        changed=() if before is None else changed_fields(before, persona),
        fields=_changed_layer_fields(before, persona),
        author=by.author,
        reason=by.reason,
        violations=violations,
        run_id=persona.run_id if change in _BY_RUNS else None,
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
        author=version.author,
        reason=version.reason,
        run_id=version.run_id,
        at=version.at,
        status=version.persona.status,
        overall=None if audit is None else audit.overall,
    )
