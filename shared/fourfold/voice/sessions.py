"""Chat sessions: exchanges, drift state, and the port of their store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import Field

from fourfold.caller_metadata import CallerMetadata
from fourfold.drift import Envelope
from fourfold.errors import ConflictError
from fourfold.events.voice import Recovery
from fourfold.persona import Document, TokenUsage
from fourfold.spending.spent import NOTHING_SPENT, Accounts
from fourfold.voice.drift_state import DriftState

MAX_TITLE_CHARACTERS = 200
_TITLE_OF_MESSAGE = 80

DriftLevel = Literal["in_voice", "watch", "drift"]


class SessionEndedError(ConflictError):
    """The session was ended; it takes no further message until it is reopened."""


class SessionDeletedError(ConflictError):
    """The session was deleted during the request."""


class ReplyUsage(Document):
    """Tokens and cost of the model calls of one or more replies. `cost_usd` is null if a price is unknown."""

    tokens: TokenUsage = TokenUsage()
    cost_usd: float | None = 0.0
    calls: int = 0

    def __add__(self, other: ReplyUsage) -> ReplyUsage:
        unknown = self.cost_usd is None or other.cost_usd is None
        return ReplyUsage(
            tokens=self.tokens + other.tokens,
            cost_usd=None if unknown else round((self.cost_usd or 0.0) + (other.cost_usd or 0.0), 6),
            calls=self.calls + other.calls,
        )


class ReplyDetails(Document):
    """How a reply was generated, and its drift.

    `truncated`: the reply ends at `engine.chat.max_tokens`, before the model had finished.
    """

    drift: Envelope
    recovery: Recovery | None
    usage: ReplyUsage
    provider: str
    model: str
    truncated: bool = False


class ChatExchange(Document):
    """One turn: the user's message, the persona's reply, and the reply's drift score (null: not scored).

    `operation_id` is that of the request that stored it, `idempotency_key` the stored form of its Idempotency-Key.
    `details` are null where they were not read, and for exchanges that an earlier version stored.
    """

    message: str
    reply: str
    score: float | None = None
    at: datetime
    operation_id: str | None = None
    idempotency_key: str | None = None
    details: ReplyDetails | None = None


class Session(Document):
    """A chat session. `turns` counts exchanges; `steps` is the version for optimistic locking.

    `level` is the drift level after the last scored reply, `alerts` counts the replies that drifted. `started_at` is
    null and `usage` incomplete for a session that an earlier version stored.
    """

    session_id: str
    title: str | None = None
    metadata: CallerMetadata = Field(default_factory=dict)
    turns: int = 0
    steps: int = 0
    drift: DriftState = DriftState()
    level: DriftLevel | None = None
    alerts: int = 0
    usage: ReplyUsage = ReplyUsage()
    started_at: datetime | None = None
    updated_at: datetime
    ended_at: datetime | None = None

    def after_replies(self, drifts: Sequence[Envelope], state: DriftState | None, at: datetime) -> Session:
        """The next step of the session, after replies with these envelopes."""
        levels = [each.session.state for each in drifts if each.session is not None]
        return self.model_copy(
            update={
                "steps": self.steps + 1,
                "drift": state or self.drift,
                "level": levels[-1] if levels else self.level,
                "alerts": self.alerts + sum(each.alert for each in drifts),
                "started_at": self.started_at or (at if self.steps == 0 else None),
                "updated_at": at,
            }
        )

    def require_open(self) -> None:
        """Raises SessionEndedError if the session was ended."""
        if self.ended_at is not None:
            raise SessionEndedError(self.session_id)


def title_of(message: str) -> str:
    """The title of a session that begins with this message: its first words, in one line."""
    line = " ".join(message.split())
    return line if len(line) <= _TITLE_OF_MESSAGE else f"{line[: _TITLE_OF_MESSAGE - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class ScoredRequest:
    """A keyed request that scored replies of another runtime: a resumed execution returns these envelopes again."""

    operation_id: str
    idempotency_key: str
    drifts: tuple[Envelope, ...]


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
        """Returns the newest exchanges of the session, at most `last`, oldest first, without details."""

    def exchange_of(self, owner: PersonaRef, session_id: str, operation_id: str) -> ChatExchange | None:
        """Returns the recent exchange that this operation stored, with its details, or None."""

    def scored_by(self, owner: PersonaRef, session_id: str, operation_id: str) -> tuple[Envelope, ...] | None:
        """Returns the envelopes that this operation stored with `advance`, or None."""

    def advance(  # noqa: PLR0913, PLR0917 - all that a reply changes
        self,
        owner: PersonaRef,
        session: Session,
        exchanges: Sequence[ChatExchange],
        entries: Sequence[dict[str, Any]],
        scored: ScoredRequest | None = None,
        spent: Accounts = NOTHING_SPENT,
    ) -> bool:
        """Stores the session, its new exchanges, the request's scores and the bus `entries`; counts what was `spent`.

        It is one transaction.

        `session.steps` is the version that was read plus one. Returns False if another writer stored that version.

        Raises:
            PersonaGoneError: the persona was deleted.
            SessionDeletedError: the session was deleted.
        """

    def count(self, workspace_id: str, at: datetime, spent: Accounts) -> None:
        """Counts what was spent on a reply that no session stores."""

    def publish(self, entries: Sequence[dict[str, Any]]) -> None:
        """Publishes bus entries that belong to no session."""
