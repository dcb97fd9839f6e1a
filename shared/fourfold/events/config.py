"""What the bus carries of the settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from fourfold.events.envelope import EventData, bus_entry


class ConfigChanged(EventData):
    """Settings of a scope changed: who, why and which keys. Read them at `GET /v1/config`.

    `scope_id` is the org's or workspace's id, empty for the system. A change of an org or of the system reaches
    further than the envelope's workspace, which is the one it was made from.
    """

    detail_type: ClassVar[str] = "config.changed"

    scope: Literal["system", "org", "workspace"]
    scope_id: str
    revision: int
    kind: Literal["commit", "preset", "rollback"]
    changed_by: str
    reason: str | None
    keys: tuple[str, ...]


def config_changed_entry(data: ConfigChanged, workspace_id: str, occurred_at: datetime) -> dict[str, Any]:
    """The bus entry of a commit. A scope's revision happens once, and so does its event."""
    occurrence = f"config/{data.scope}/{data.scope_id}/{data.revision}"
    return bus_entry(data, workspace_id=workspace_id, correlation_id=occurrence, occurred_at=occurred_at)
