"""OpenAPI examples of the workspace routes."""

from __future__ import annotations

from typing import Any

from fourfold.workspaces.deletion import Waiting
from functions.api.openapi.example_values import AT, PERSONA_ID, by_schema
from functions.api.workspace.schemas import ExportedItem, WorkspaceDeletion, WorkspaceExport


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    item = ExportedItem(
        kind="persona_version", id=f"PERSONA#{PERSONA_ID}/VERSION#00000001", data={"version": 1, "change": "created"}
    )
    page = WorkspaceExport(data=(item,), has_more=False, next_cursor=None)
    deletion = WorkspaceDeletion(
        workspace_id="ws_acme", status="deleting", since=AT, personas=120, waiting_for=Waiting.SLICE
    )
    return by_schema([item, page, deletion])
