"""Reply models of the workspace routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from fourfold.workspaces.deletion import Waiting


class ExportedItem(BaseModel):
    """One stored item. `kind` is such as `persona`, `persona_version`, `message`, `run_event` or `settings`.

    `id` is unique in the workspace and says whose the item is. `data` is the item as it is stored: its fields may be
    more or others in a later version.
    """

    kind: str
    id: str
    data: dict[str, Any]


class WorkspaceExport(BaseModel):
    """A page of an export. Send `next_cursor` as `cursor` to get the next page; it is null at the end.

    A page may be shorter than `limit` while `has_more` is true.
    """

    data: tuple[ExportedItem, ...]
    has_more: bool
    next_cursor: str | None


class WorkspaceDeletion(BaseModel):
    """How far the deletion of a workspace is. `personas` were erased by this request.

    `waiting_for` is null when everything is erased; until then repeat the request after `Retry-After` seconds.
    """

    workspace_id: str
    status: Literal["deleting", "deleted"]
    since: Annotated[datetime, Field(description="When the deletion began.")]
    personas: int
    waiting_for: Waiting | None
