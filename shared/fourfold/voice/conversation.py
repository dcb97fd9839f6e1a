"""Chat with a persona: generates a reply, scores its drift, applies `action_on_alert`, and stores the exchange."""

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
    """The persona has no session with this id."""


class BlockedError(ConflictError):
    """The reply drifted and `action_on_alert` is `block`. `drift` is its envelope; `calls` are the model calls made."""

    def __init__(self, drift: Envelope, calls: tuple[ModelCall, ...]) -> None:
        super().__init__("the reply drifted from the voice")
        self.drift = drift
        self.calls = calls


@dataclass(frozen=True)
class ChatContext:
    """Dependencies and settings of a chat with one persona."""

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
        """The persona that owns the sessions."""
        return PersonaRef(self.persona.workspace_id, self.persona.id)


@dataclass(frozen=True)
class ChatResult:
    """The reply that is returned, its drift envelope, and every model call made for it.

    `truncated`: the reply ends at `engine.chat.max_tokens`, before the model had finished.
    """

    reply: str
    session_id: str
    provider: str
    model: str
    drift: Envelope
    recovery: Recovery | None
    calls: tuple[ModelCall, ...]
    truncated: bool


@dataclass(frozen=True)
class _ScoredReply:
    """A generated reply with its vector, its drift envelope, and the state of the session after it."""

    reply: str
    truncated: bool
    provider: str
    model: str
    vector: Vector
    drift: Envelope
    state: DriftState | None


def open_session(context: ChatContext, session_id: str | None) -> Session:
    """Returns the session with this id, or a new one for None.

    Raises:
        NoSessionError: the persona has no session with this id.
    """
    if session_id is None:
        return Session(session_id=new_session_id(), updated_at=context.clock())
    found = context.store.session(context.owner, session_id)
    if found is None:
        raise NoSessionError
    return found


def reply_to(
    context: ChatContext,
    session: Session,
    message: str,
    listener: ReplyListener | None = None,
    history: tuple[ChatMessage, ...] | None = None,
) -> ChatResult:
    """Answers one message and stores the exchange.

    `listener` receives the reply while it is generated. With `action_on_alert: block` it receives the whole reply at
    once, after the drift check. `history` are the messages before this one, the user's first; by default those of the
    session. The model gets at most those of the newest `window` exchanges.

    Raises:
        ModelError: no model of the chain answered, or the embedder failed.
        BlockedError: the reply drifted and `action_on_alert` is `block`.
    """
    action = context.scorer.config.action_on_alert
    before = _stored_messages(context, session) if history is None else history[-2 * context.config.window :]
    turn = ChatTurn(system_prompt(context.persona, context.safety), (*before, ChatMessage("user", message)))
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
    return ChatResult(
        reply=scored.reply,
        session_id=session.session_id,
        provider=scored.provider,
        model=scored.model,
        drift=drift,
        recovery=recovery,
        calls=tuple(calls),
        truncated=scored.truncated,
    )


def _stored_messages(context: ChatContext, session: Session) -> tuple[ChatMessage, ...]:
    if not session.turns:
        return ()
    exchanges = context.store.exchanges(context.owner, session.session_id, context.config.window)
    return tuple(
        part
        for exchange in exchanges
        for part in (ChatMessage("user", exchange.message), ChatMessage("assistant", exchange.reply))
    )


def _write(
    context: ChatContext, turn: ChatTurn, state: DriftState, listener: ReplyListener | None, calls: list[ModelCall]
) -> _ScoredReply:
    answer = ask(turn, context.models, context.config, context.deadline, listener)
    calls.extend(answer.calls)
    [vector] = context.scorer.vectors([answer.value])
    drift, after = context.scorer.scored(answer.value, vector, state)
    return _ScoredReply(answer.value, answer.truncated, answer.provider, answer.model, vector, drift, after)


def _recover(  # noqa: PLR0913, PLR0917
    context: ChatContext,
    turn: ChatTurn,
    state: DriftState,
    first: _ScoredReply,
    listener: ReplyListener | None,
    calls: list[ModelCall],
) -> tuple[_ScoredReply, Recovery]:
    """Regenerates a drifted reply once with the voice anchored; returns the reply with the lower score."""
    before = first.drift.score or 0.0
    mask = context.persona.mask
    if mask is None:
        raise ValueError("a persona that is not written yet cannot speak")
    anchored = with_anchor(turn.system, mask, [fault.words for fault in first.drift.top_features])
    if listener is not None:
        listener.on_restart()
    try:
        second = _write(context, ChatTurn(anchored, turn.messages), state, listener, calls)
    except ModelError:
        # The first reply is paid for, and its envelope says that it drifted: return it rather than an error.
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
    """Appends the exchange to the session and publishes an alert; returns the envelope against the stored session.

    The session is updated by compare-and-set on `steps`: after a conflict the reply is scored again on the newer state.

    Raises:
        TimeoutError: the session changed MAX_ATTEMPTS times in between.
    """
    drift, state = scored.drift, scored.state
    for _ in range(MAX_ATTEMPTS):
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
        drift, state = context.scorer.scored(scored.reply, scored.vector, session.drift)
    raise TimeoutError(f"session {session.session_id} is contended")


def _alert(context: ChatContext, session: Session) -> Alert:
    return Alert(context.owner, session.session_id, "chat", context.scorer.config.action_on_alert)


@dataclass(frozen=True)
class ScoringContext:
    """Dependencies of scoring replies that another runtime generated."""

    owner: PersonaRef
    scorer: DriftScorer
    store: SessionStore
    clock: Callable[[], datetime]


def scored_replies(context: ScoringContext, replies: Sequence[str], session_id: str | None) -> tuple[Envelope, ...]:
    """Scores replies of another runtime, in order. With `session_id` they advance that session, created if unknown.

    Raises:
        ModelError: the embedder returned no vectors.
        TimeoutError: the session changed MAX_ATTEMPTS times in between.
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
