"""The event of a workspace's deletion."""

from __future__ import annotations

from typing import ClassVar

from fourfold.events.envelope import EventData


class WorkspaceDeleted(EventData):
    """The deletion of a workspace has begun: nothing of it can be read any more. Delete your copies.

    `requested_by` is the id of the API key that asked for it. `persona.deleted` follows for each persona.
    """

    detail_type: ClassVar[str] = "workspace.deleted"

    org_id: str
    requested_by: str
