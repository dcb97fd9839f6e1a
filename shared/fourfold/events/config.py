"""The event of a change of settings."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, Literal

from fourfold.events.envelope import EventData, bus_entry
from fourfold.ids import PersonaId


class ConfigChanged(EventData):
    """Settings of a scope have changed. `keys` lists the changed settings; read them with `GET /v1/config`.

    `scope_id` is the id of the org or workspace, empty for the system. The `workspace_id` of the envelope is the one
    that the change was made from; a change of an org or of the system affects other workspaces as well. Settings of one
    persona are a change of its workspace with its `persona_id`; `revision` is then that of the persona's scope.
    """

    detail_type: ClassVar[str] = "config.changed"

    scope: Literal["system", "org", "workspace"]
    scope_id: str
    persona_id: PersonaId | None
    revision: int
    kind: Literal["commit", "preset", "rollback"]
    changed_by: str
    reason: str | None
    keys: tuple[str, ...]


def config_changed_entry(data: ConfigChanged, workspace_id: str, occurred_at: datetime) -> dict[str, Any]:
    """Returns the bus entry of a commit. Its event id is derived from the scope and the revision."""
    scope = f"{data.scope}/{data.scope_id}" if data.persona_id is None else f"persona/{data.persona_id}"
    occurrence = f"config/{scope}/{data.revision}"
    return bus_entry(data, workspace_id=workspace_id, correlation_id=occurrence, occurred_at=occurred_at)
