"""Request and reply models of the version routes."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from fourfold.persona_versions import VersionSummary
from functions.api.personas.schemas import ChangeReason


class PersonaVersionList(BaseModel):
    """A page of versions, newest first. Send `next_cursor` as `cursor` to get the next page; it is null at the end."""

    data: tuple[VersionSummary, ...]
    has_more: bool
    next_cursor: str | None


class RestoreRequest(BaseModel):
    """Why to restore a version."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"reason": "The first was better."}]}
    )

    reason: ChangeReason | None = None
