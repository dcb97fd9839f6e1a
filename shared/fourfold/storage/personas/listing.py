"""The entry of a persona in its workspace's list: what lists filter by, written only when some of it changes."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import Field

from fourfold.persona import Document, Persona, PersonaStatus, Visibility
from fourfold.storage.months import EVALUATED_PERSONAS, PERSONAS, entry_key
from fourfold.storage.table import Item
from fourfold.storage.transactions import Write, put


class ListedPersona(Document):
    """What a list filters by. `name` is null until the persona is written, `overall` until it is audited (0-5)."""

    status: PersonaStatus
    slug: str | None
    visibility: Visibility
    language: str | None
    name: str | None
    overall: float | None
    created_at: datetime
    evaluation_id: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)

    @classmethod
    def of(cls, persona: Persona) -> Self:
        """The entry of a persona."""
        return cls(
            status=persona.status,
            slug=persona.slug,
            visibility=persona.visibility,
            language=persona.language,
            name=None if persona.surface is None else persona.surface.name,
            overall=None if persona.audit is None else persona.audit.overall,
            created_at=persona.created_at,
            evaluation_id=persona.evaluation_id,
            metadata=persona.metadata,
        )


def list_of(evaluation_id: str | None) -> str:
    """The list that has the personas of an evaluation, or, for None, those of the workspace."""
    return PERSONAS if evaluation_id is None else EVALUATED_PERSONAS


def entry_writes(table: str, before: Persona | None, after: Persona) -> list[Write]:
    """The write that brings the list up to date; none where nothing listed has changed."""
    if before is not None and ListedPersona.of(before) == ListedPersona.of(after):
        return []
    return [put(table, entry_item(after))]


def entry_item(persona: Persona) -> Item:
    """A persona's entry as it is stored."""
    key = entry_key(persona.workspace_id, list_of(persona.evaluation_id), persona.id)
    return {**key, "doc": {"S": ListedPersona.of(persona).model_dump_json()}}
