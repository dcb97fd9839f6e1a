"""Events of chat sessions."""

from __future__ import annotations

from typing import ClassVar, Literal

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId


class SessionUpdated(EventData):
    """A session was renamed, ended or reopened, or its metadata changed. The event does not contain its text."""

    detail_type: ClassVar[str] = "session.updated"

    session_id: str
    persona_id: PersonaId
    changed: tuple[Literal["title", "metadata", "ended_at"], ...]
    ended: bool
    metadata: dict[str, str]


class SessionDeleted(EventData):
    """A session was deleted with all its messages. Delete your copies."""

    detail_type: ClassVar[str] = "session.deleted"

    session_id: str
    persona_id: PersonaId
