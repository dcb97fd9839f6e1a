"""Chat sessions as the voice room sees them: what was said, and where the drift of it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.persona import Document
from fourfold.voice.drift import DriftState


class ChatExchange(Document):
    """One turn: what was said to the persona, what it answered, and the answer's score (null: not scored)."""

    message: str
    reply: str
    score: float | None
    at: datetime


class Session(Document):
    """A session of a persona. `turns` counts the exchanges, `steps` every change: whoever writes says what it saw."""

    session_id: str
    turns: int = 0
    steps: int = 0
    drift: DriftState = DriftState()
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class PersonaRef:
    """Whose sessions."""

    workspace_id: str
    persona_id: str


class SessionStore(Protocol):
    """Sessions of every workspace's personas."""

    def session(self, owner: PersonaRef, session_id: str) -> Session | None:
        """The session, strongly consistent, or None."""

    def exchanges(self, owner: PersonaRef, session_id: str, last: int) -> Sequence[ChatExchange]:
        """The session's last exchanges, at most `last`, the oldest first."""

    def advance(
        self, owner: PersonaRef, session: Session, exchanges: Sequence[ChatExchange], entries: Sequence[dict[str, Any]]
    ) -> bool:
        """Stores a session's next step with its new exchanges, and hands `entries` to the bus, or nothing of it.

        False if another writer took the same step: `session.steps` is one more than what was read. Raises
        PersonaGoneError if the persona was deleted.
        """

    def hand_over(self, entries: Sequence[dict[str, Any]]) -> None:
        """Hands entries to the bus that belong to no session."""
