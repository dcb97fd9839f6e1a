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
class _ScoredReply:
    """A reply with its vector and its score on its own."""

    reply: str
    provider: str
    model: str
    vector: Vector
    drift: Envelope


def open_session(context: ChatContext, session_id: str | None) -> Session:
    """The session to go on with, or a new one.

    Raises:
        NoSessionError: the id names none of this persona's.
    """
    if session_id is None:
        return Session(session_id=new_session_id(), updated_at=context.clock())
    found = context.store.session(context.owner, session_id)
    if found is None:
        raise NoSessionError
    return found


def reply_to(context: ChatContext, session: Session, message: str, listener: ReplyListener | None = None) -> ChatResult:
    """One exchange.

    `listener` hears the reply while it is written, and is told when that one does not stand. Where drifted replies are
    held back it hears nothing until the reply is known to ship.

    Raises:
        ModelError: no model of the chain answered, or the embedder did not.
        BlockedError: the reply drifted and is held back.
    """
    action = context.scorer.config.action_on_alert
    exchanges = (
        context.store.exchanges(context.owner, session.session_id, context.config.window) if session.turns else ()
    )
    history = tuple(
        part
        for exchange in exchanges
        for part in (ChatMessage("user", exchange.message), ChatMessage("assistant", exchange.reply))
    )
    turn = ChatTurn(
        system_prompt(context.persona, context.safety), (*history, ChatMessage("user", message)), context.persona
    )
    live = None if action == "block" else listener
    calls: list[ModelCall] = []
    scored, recovery = _write(context, turn, session.drift, live, calls), None
    if scored.drift.alert and action == "auto_recover":
        scored, recovery = _recover(context, turn, session.drift, scored, live, calls)
    if scored.drift.alert and action == "block":
        context.store.publish([_alert(context, session).entry(scored.drift, None, context.clock())])
        raise BlockedError(scored.drift, tuple(calls))
    if listener is not None and live is None:
        listener.on_text(scored.reply)
    drift = _store(context, session, message, scored, recovery)
    return ChatResult(scored.reply, session.session_id, scored.provider, scored.model, drift, recovery, tuple(calls))


def _write(
    context: ChatContext, turn: ChatTurn, state: DriftState, listener: ReplyListener | None, calls: list[ModelCall]
) -> _ScoredReply:
    answer = ask(turn, context.models, context.config, context.deadline, listener)
    calls.extend(answer.calls)
    [vector] = context.scorer.vectors([answer.value])
    drift, _ = context.scorer.scored(answer.value, vector, state)
    return _ScoredReply(answer.value, answer.provider, answer.model, vector, drift)


def _recover(  # noqa: PLR0913, PLR0917
    context: ChatContext,
    turn: ChatTurn,
    state: DriftState,
    first: _ScoredReply,
    listener: ReplyListener | None,
    calls: list[ModelCall],
) -> tuple[_ScoredReply, Recovery]:
    """The better of the drifted reply and one more with the voice anchored anew."""
    before = first.drift.score or 0.0
    mask = context.persona.mask
    if mask is None:
        raise ValueError("a persona that is not written yet cannot speak")
    anchored = with_anchor(turn.system, mask, [fault.words for fault in first.drift.top_features])
    if listener is not None:
        listener.on_restart()
    try:
        second = _write(context, ChatTurn(anchored, turn.messages, turn.speaker), state, listener, calls)
    except ModelError:
        # The first reply is there and paid for: a drifted answer is better than none, and it says that it has drifted.
        if listener is not None:
            listener.on_restart()
            listener.on_text(first.reply)
        return first, Recovery(before=before, after=None, shipped="first")
    after = second.drift.score
    if after is not None and after < before:
        return second, Recovery(before=before, after=after, shipped="second")
    if listener is not None:
        listener.on_restart()
        listener.on_text(first.reply)
    return first, Recovery(before=before, after=after, shipped="first")


def _store(
    context: ChatContext, session: Session, message: str, scored: _ScoredReply, recovery: Recovery | None
) -> Envelope:
    """Stores the exchange and tells of an alert, at the session's end as it is now; the envelope as it then stands."""
    for _ in range(MAX_ATTEMPTS):
        drift, state = context.scorer.scored(scored.reply, scored.vector, session.drift)
        now = context.clock()
        after = Session(
            session_id=session.session_id,
            turns=session.turns + 1,
            steps=session.steps + 1,
            drift=state or session.drift,
            updated_at=now,
        )
        exchange = ChatExchange(message=message, reply=scored.reply, score=drift.score, at=now)
        entries: list[dict[str, Any]] = []
        if drift.alert or recovery is not None:
            entries.append(_alert(context, session).entry(drift, recovery, now))
        if context.store.advance(context.owner, after, [exchange], entries):
            return drift
        session = context.store.session(context.owner, session.session_id) or session
    raise TimeoutError(f"session {session.session_id} is contended")


def _alert(context: ChatContext, session: Session) -> Alert:
    return Alert(context.owner, session.session_id, "chat", context.scorer.config.action_on_alert)


@dataclass(frozen=True)
class ScoringContext:
    """What scoring replies of other runtimes needs."""

    owner: PersonaRef
    scorer: DriftScorer
    store: SessionStore
    clock: Callable[[], datetime]


def scored_replies(context: ScoringContext, replies: Sequence[str], session_id: str | None) -> tuple[Envelope, ...]:
    """The envelopes of replies somebody else's runtime wrote, in order; with a session, one that may begin here.

    Raises:
        ModelError: the embedder gave no vectors.
    """
    owner, scorer, store, now = context.owner, context.scorer, context.store, context.clock()
    vectors = scorer.vectors(replies)
    alert = Alert(owner, session_id, "drift", scorer.config.action_on_alert)
    for _ in range(MAX_ATTEMPTS):
        session = None if session_id is None else store.session(owner, session_id)
        state = None if session_id is None else (session.drift if session else DriftState())
        envelopes: list[Envelope] = []
        for reply, vector in zip(replies, vectors, strict=True):
            drift, state = scorer.scored(reply, vector, state)
            envelopes.append(drift)
        entries = [alert.entry(drift, None, now) for drift in envelopes if drift.alert]
        if session_id is None:
            store.publish(entries)
            return tuple(envelopes)
        steps = session.steps if session else 0
        turns = session.turns if session else 0
        after = Session(
            session_id=session_id, turns=turns, steps=steps + 1, drift=state or DriftState(), updated_at=now
        )
        if store.advance(owner, after, (), entries):
            return tuple(envelopes)
    raise TimeoutError(f"session {session_id} is contended")
