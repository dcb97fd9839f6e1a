"""What the routes of versions answer with."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.persona_versions import VersionSummary


class PersonaVersionList(BaseModel):
    """A page of versions, newest first. Pass `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[VersionSummary, ...]
    has_more: bool
    next_cursor: str | None
