"""A persona's answer in a chat: written, scored, brought back into voice or held back as set, and stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fourfold.config.engine import ChatConfig, SafetyConfig
from fourfold.drift import Envelope
from fourfold.errors import ConflictError, NotFoundError
from fourfold.events.voice import Recovery
from fourfold.ids import new_session_id
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatModel, ModelCall, ModelError
from fourfold.persona import Persona
from fourfold.voice.chat_turn import ChatTurn, ReplyListener, ask
from fourfold.voice.drift import DriftState
from fourfold.voice.embedder import Vector
from fourfold.voice.recovery import with_anchor
from fourfold.voice.scoring import Alert, DriftScorer
from fourfold.voice.sessions import ChatExchange, PersonaRef, Session, SessionStore
from fourfold.voice.system_prompt import system_prompt

MAX_ATTEMPTS = 6


class NoSessionError(NotFoundError):
    """There is no session of that id."""


class BlockedError(ConflictError):
    """The reply drifted and the settings hold such replies back. `drift` is its envelope, `calls` what it cost."""

    def __init__(self, drift: Envelope, calls: tuple[ModelCall, ...]) -> None:
        super().__init__("the reply drifted from the voice")
        self.drift = drift
        self.calls = calls


@dataclass(frozen=True)
class ChatContext:
    """What a chat with one persona needs."""

    persona: Persona
    models: Sequence[ChatModel]
    config: ChatConfig
    safety: SafetyConfig
    scorer: DriftScorer
    store: SessionStore
    deadline: Deadline
    clock: Callable[[], datetime]

    @property
    def owner(self) -> PersonaRef:
        """Whose sessions these are."""
        return PersonaRef(self.persona.workspace_id, self.persona.id)


@dataclass(frozen=True)
class ChatResult:
    """What came of one message: the reply that ships, its envelope, and every call it took."""

    reply: str
    session_id: str
    provider: str
    model: str
    drift: Envelope
    recovery: Recovery | None
    calls: tuple[ModelCall, ...]


@dataclass(frozen=True)
class _Written:
    """A reply with its vector, its score in its session, and the session's state after it."""

    reply: str
    provider: str
    model: str
    vector: Vector
    drift: Envelope
    state: DriftState | None


def open_session(room: ChatContext, session_id: str | None) -> Session:
    """The session to go on with, or a new one.

    Raises:
        NoSessionError: the id names none of this persona's.
    """
    if session_id is None:
        return Session(session_id=new_session_id(), updated_at=room.clock())
    found = room.store.session(room.owner, session_id)
    if found is None:
        raise NoSessionError
    return found


def reply_to(room: ChatContext, session: Session, message: str, listener: ReplyListener | None = None) -> ChatResult:
    """One exchange.

    `listener` hears the reply while it is written, and is told when that one does not stand. Where drifted replies are
    held back it hears nothing until the reply is known to ship.

    Raises:
        ModelError: no model of the chain answered, or the embedder did not.
        BlockedError: the reply drifted and is held back.
    """
    action = room.scorer.config.action_on_alert
    earlier = room.store.exchanges(room.owner, session.session_id, room.config.window) if session.turns else ()
    talk = tuple(
        part for one in earlier for part in (ChatMessage("user", one.message), ChatMessage("assistant", one.reply))
    )
    turn = ChatTurn(system_prompt(room.persona, room.safety), (*talk, ChatMessage("user", message)), room.persona)
    aloud = None if action == "block" else listener
    calls: list[ModelCall] = []
    written, recovery = _written(room, turn, session.drift, aloud, calls), None
    if written.drift.alert and action == "auto_recover":
        written, recovery = _recovered(room, turn, session.drift, written, aloud, calls)
    if written.drift.alert and action == "block":
        room.store.hand_over([_alert(room, session).entry(written.drift, None, room.clock())])
        raise BlockedError(written.drift, tuple(calls))
    if listener is not None and aloud is None:
        listener.heard(written.reply)
    drift = _stored(room, session, message, written, recovery)
    return ChatResult(written.reply, session.session_id, written.provider, written.model, drift, recovery, tuple(calls))


def _written(
    room: ChatContext, turn: ChatTurn, state: DriftState, listener: ReplyListener | None, calls: list[ModelCall]
) -> _Written:
    answer = ask(turn, room.models, room.config, room.deadline, listener)
    calls.extend(answer.calls)
    [vector] = room.scorer.vectors([answer.value])
    drift, after = room.scorer.scored(answer.value, vector, state)
    return _Written(answer.value, answer.provider, answer.model, vector, drift, after)


def _recovered(  # noqa: PLR0913, PLR0917
    room: ChatContext,
    turn: ChatTurn,
    state: DriftState,
    first: _Written,
    listener: ReplyListener | None,
    calls: list[ModelCall],
) -> tuple[_Written, Recovery]:
    """The better of the drifted reply and one more with the voice anchored anew."""
    before = first.drift.score or 0.0
    mask = room.persona.mask
    if mask is None:
        raise ValueError("a persona that is not written yet cannot speak")
    again = with_anchor(turn.system, mask, [fault.words for fault in first.drift.top_features])
    if listener is not None:
        listener.withdrawn()
    try:
        second = _written(room, ChatTurn(again, turn.messages, turn.speaker), state, listener, calls)
    except ModelError:
        # The first reply is there and paid for: a drifted answer is better than none, and it says that it has drifted.
        if listener is not None:
            listener.withdrawn()
            listener.heard(first.reply)
        return first, Recovery(before=before, after=None, shipped="first")
    after = second.drift.score
    if after is not None and after < before:
        return second, Recovery(before=before, after=after, shipped="second")
    if listener is not None:
        listener.withdrawn()
        listener.heard(first.reply)
    return first, Recovery(before=before, after=after, shipped="first")


def _stored(
    room: ChatContext, session: Session, message: str, written: _Written, recovery: Recovery | None
) -> Envelope:
    """Stores the exchange, with the event of an alert; its envelope, at the session's end as it is then.

    The reply is scored once more only if another exchange has been stored since the session was read.
    """
    drift, state = written.drift, written.state
    for _ in range(MAX_ATTEMPTS):
        now = room.clock()
        after = Session(
            session_id=session.session_id,
            turns=session.turns + 1,
            steps=session.steps + 1,
            drift=state or session.drift,
            updated_at=now,
        )
        exchange = ChatExchange(message=message, reply=written.reply, score=drift.score, at=now)
        entries: list[dict[str, Any]] = []
        if drift.alert or recovery is not None:
            entries.append(_alert(room, session).entry(drift, recovery, now))
        if room.store.advance(room.owner, after, [exchange], entries):
            return drift
        session = room.store.session(room.owner, session.session_id) or session
        drift, state = room.scorer.scored(written.reply, written.vector, session.drift)
    raise TimeoutError(f"session {session.session_id} is contended")


def _alert(room: ChatContext, session: Session) -> Alert:
    return Alert(room.owner, session.session_id, "chat", room.scorer.config.action_on_alert)


@dataclass(frozen=True)
class ScoringContext:
    """What scoring replies of other runtimes needs."""

    owner: PersonaRef
    scorer: DriftScorer
    store: SessionStore
    clock: Callable[[], datetime]


def scored_replies(room: ScoringContext, replies: Sequence[str], session_id: str | None) -> tuple[Envelope, ...]:
    """The envelopes of replies somebody else's runtime wrote, in order; with a session, one that may begin here.

    Raises:
        ModelError: the embedder gave no vectors.
    """
    owner, scorer, store, now = room.owner, room.scorer, room.store, room.clock()
    vectors = scorer.vectors(replies)
    alert = Alert(owner, session_id, "drift", scorer.config.action_on_alert)
    for _ in range(MAX_ATTEMPTS):
        known = None if session_id is None else store.session(owner, session_id)
        state = None if session_id is None else (known.drift if known else DriftState())
        found: list[Envelope] = []
        for reply, vector in zip(replies, vectors, strict=True):
            drift, state = scorer.scored(reply, vector, state)
            found.append(drift)
        entries = [alert.entry(drift, None, now) for drift in found if drift.alert]
        if session_id is None:
            store.hand_over(entries)
            return tuple(found)
        steps = known.steps if known else 0
        turns = known.turns if known else 0
        after = Session(
            session_id=session_id, turns=turns, steps=steps + 1, drift=state or DriftState(), updated_at=now
        )
        if store.advance(owner, after, (), entries):
            return tuple(found)
    raise TimeoutError(f"session {session_id} is contended")
