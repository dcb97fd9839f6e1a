"""The event of a change of settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from fourfold.events.envelope import EventData, bus_entry


class ConfigChanged(EventData):
    """Settings of a scope have changed. `keys` lists the changed settings; read them with `GET /v1/config`.

    `scope_id` is the id of the org, workspace or persona, empty for the system. The `workspace_id` of the envelope is
    the one that the change was made from; a change of an org or of the system affects other workspaces as well.
    """

    detail_type: ClassVar[str] = "config.changed"

    scope: Literal["system", "org", "workspace", "persona"]
    scope_id: str
    revision: int
    kind: Literal["commit", "preset", "rollback"]
    changed_by: str
    reason: str | None
    keys: tuple[str, ...]


def config_changed_entry(data: ConfigChanged, workspace_id: str, occurred_at: datetime) -> dict[str, Any]:
    """Returns the bus entry of a commit. Its event id is derived from the scope and the revision."""
    occurrence = f"config/{data.scope}/{data.scope_id}/{data.revision}"
    return bus_entry(data, workspace_id=workspace_id, correlation_id=occurrence, occurred_at=occurred_at)
