"""Chat sessions: exchanges, drift state, and the port of their store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.persona import Document
from fourfold.voice.drift import DriftState


class ChatExchange(Document):
    """One turn: the user's message, the persona's reply, and the reply's drift score (null: not scored)."""

    message: str
    reply: str
    score: float | None
    at: datetime


class Session(Document):
    """A chat session. `turns` counts exchanges; `steps` is the version for optimistic locking."""

    session_id: str
    turns: int = 0
    steps: int = 0
    drift: DriftState = DriftState()
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PersonaRef:
    """The persona that owns a session."""

    workspace_id: str
    persona_id: str


class SessionStore(Protocol):
    """Stores the sessions of all personas."""

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:
        """Returns the session (strongly consistent read), or None."""

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:
        """Returns the newest exchanges of the session, at most `last`, oldest first."""

    def advance(
        self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange], entries: Sequence[dict[str, Any]]
    ) -> bool:
        """Stores the session, its new exchanges and the bus `entries` in one transaction.

        `session.steps` is the version that was read plus one. Returns False if another writer stored that version.

        Raises:
            PersonaGoneError: the persona was deleted.
        """

    def publish(self, entries: Sequence[dict[str, Any]]) -> None:
        """Publishes bus entries that belong to no session."""
