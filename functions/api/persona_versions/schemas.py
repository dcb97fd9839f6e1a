"""Reply models of the version routes."""

from __future__ import annotations

from pydantic import BaseModel

from fourfold.persona_versions import VersionSummary


class PersonaVersionList(BaseModel):
    """A page of versions, newest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[VersionSummary, ...]
    has_more: bool
    next_cursor: str | None
