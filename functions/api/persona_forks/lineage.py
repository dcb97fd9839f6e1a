"""Reads the lineage of a persona."""

from __future__ import annotations

from fourfold.http.cursors import opaque_cursor
from fourfold.persona import Persona
from fourfold.personas.lineage import Children, Lineage, LineageMember
from functions.wiring import persona_store


def lineage_of(persona: Persona, limit: int, after: str | None) -> Lineage:
    """Returns the lineage with up to `limit` (1-100) forks of the persona, those after the fork `after`."""
    store, workspace_id = persona_store(), persona.workspace_id
    origin = store.origin(workspace_id, persona.id) if persona.parent_id is not None else None
    ancestors = () if origin is None else origin.ancestors
    root = persona.root_id or persona.id
    ids = store.children(workspace_id, persona.id, limit + 1, after)  # one more, to know whether there is a next page
    shown, has_more = ids[:limit], len(ids) > limit
    entries = store.entries(workspace_id, dict.fromkeys((root, *ancestors, *shown)))

    def member(persona_id: str) -> LineageMember:
        entry = entries.get(persona_id)
        if entry is None:
            return LineageMember(id=persona_id, gone=True)
        return LineageMember(
            id=persona_id,
            status=entry.status,
            name=entry.name,
            slug=entry.slug,
            language=entry.language,
            created_at=entry.created_at,
        )

    return Lineage(
        persona_id=persona.id,
        parent=None if persona.parent_id is None else member(persona.parent_id),
        root=member(root),
        ancestors=tuple(map(member, ancestors)),
        children=Children(
            data=tuple(map(member, shown)),
            has_more=has_more,
            next_cursor=opaque_cursor(shown[-1]) if has_more else None,
        ),
    )
