"""Where a persona comes from and what was made from it. A deleted persona keeps its place as `gone`."""

from __future__ import annotations

from datetime import datetime

from fourfold.ids import PersonaId
from fourfold.persona import Document, PersonaStatus


class LineageMember(Document):
    """A persona of the lineage. `gone`: it was deleted, and only its id is known."""

    id: PersonaId
    gone: bool = False
    status: PersonaStatus | None = None
    name: str | None = None
    slug: str | None = None
    language: str | None = None
    created_at: datetime | None = None


class Children(Document):
    """A page of forks, oldest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[LineageMember, ...]
    has_more: bool
    next_cursor: str | None


class Lineage(Document):
    """The lineage of a persona. `ancestors` are its parent, the parent's parent and so on, at most 50.

    `parent` is null for a persona that is no fork; then `root` is the persona itself.
    """

    persona_id: PersonaId
    parent: LineageMember | None
    root: LineageMember
    ancestors: tuple[LineageMember, ...]
    children: Children
