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
from fourfold.idempotency import Execution
from fourfold.ids import id_from_operation, new_session_id
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ChatMessage, ChatModel, ModelCall, ModelError
from fourfold.persona import Persona
from fourfold.progress.run import tokens_and_cost
from fourfold.spending.spent import Accounts, spent_on
from fourfold.voice.chat_turn import ChatTurn, ReplyListener, ask
from fourfold.voice.drift_state import DriftState
from fourfold.voice.embedder import Vector
from fourfold.voice.recovery import calmer, recovery_of, with_anchor
from fourfold.voice.scoring import Alert, DriftScorer
from fourfold.voice.sessions import (
    ChatExchange,
    PersonaRef,
    ReplyDetails,
    ReplyUsage,
    ScoredRequest,
    Session,
    SessionStore,
    title_of,
)
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
    """Dependencies and settings of a chat with one persona. `key_id` is that of the API key that asks."""

    persona: Persona
    models: Sequence[ChatModel]
    config: ChatConfig
    safety: SafetyConfig
    scorer: DriftScorer
    store: SessionStore
    deadline: Deadline
    clock: Callable[[], datetime]
    key_id: str | None = None

    @property
    def owner(self) -> PersonaRef:
        """The persona that owns the sessions."""
        return PersonaRef(self.persona.workspace_id, self.persona.id)


@dataclass(frozen=True)
class UserMessage:
    """A message to a persona.

    `history` are the messages before it, the user's first; None: those of the session. `execution` is that of the
    request: if it is resumed, a reply that the interrupted execution stored is returned and nothing is paid again.
    """

    text: str
    history: tuple[ChatMessage, ...] | None = None
    execution: Execution | None = None


@dataclass(frozen=True)
class ChatResult:
    """The reply that is returned, how it was generated, and every model call made for it in this execution."""

    reply: str
    session_id: str
    details: ReplyDetails
    calls: tuple[ModelCall, ...]


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


def open_session(context: ChatContext, session_id: str | None) -> Session | None:
    """Returns the session with this id; None for None.

    Raises:
        NoSessionError: the persona has no session with this id.
        SessionEndedError: the session was ended.
    """
    if session_id is None:
        return None
    found = context.store.session(context.owner, session_id)
    if found is None:
        raise NoSessionError
    found.require_open()
    return found


def reply_to(
    context: ChatContext, session: Session | None, message: UserMessage, listener: ReplyListener | None = None
) -> ChatResult:
    """Answers one message and stores the exchange in the session, or in a new one.

    `listener` receives the reply while it is generated. With `action_on_alert: block` it receives the whole reply at
    once, after the drift check. The model gets at most the messages of the newest `window` exchanges.

    Raises:
        ModelError: no model of the chain answered, or the embedder failed.
        BlockedError: the reply drifted and `action_on_alert` is `block`.
        SessionDeletedError: the session was deleted while the reply was generated.
    """
    session = session or _new_session(context, message.execution)
    stored = _stored_reply(context, session, message.execution)
    if stored is not None:
        if listener is not None:
            listener.on_text(stored.reply)
        return stored
    history = message.history
    before = _stored_messages(context, session) if history is None else history[-2 * context.config.window :]
    turn = ChatTurn(system_prompt(context.persona, context.safety), (*before, ChatMessage("user", message.text)))
    calls: list[ModelCall] = []
    try:
        return _answered(context, session, message, turn, listener, calls)
    except Exception:  # whatever ended the reply, its calls are paid
        context.store.count(context.persona.workspace_id, context.clock(), _spent(context, calls))
        raise


def _answered(  # noqa: PLR0913, PLR0917
    context: ChatContext,
    session: Session,
    message: UserMessage,
    turn: ChatTurn,
    listener: ReplyListener | None,
    calls: list[ModelCall],
) -> ChatResult:
    """Writes, checks and stores the reply; adds every model call to `calls`. Raises as `reply_to`."""
    action = context.scorer.config.action_on_alert
    live = None if action == "block" else listener
    scored, recovery = _write(context, turn, session.drift, live, calls), None
    if scored.drift.alert and action == "auto_recover":
        scored, recovery = _recover(context, turn, session.drift, scored, live, calls)
    if scored.drift.alert and action == "block":
        context.store.publish([_alert(context, session).entry(scored.drift, None, context.clock())])
        raise BlockedError(scored.drift, tuple(calls))
    if listener is not None and live is None:
        listener.on_text(scored.reply)
    details = _store(context, session, message, scored, recovery, calls)
    return ChatResult(scored.reply, session.session_id, details, tuple(calls))


def _new_session(context: ChatContext, execution: Execution | None) -> Session:
    """A new session. Its id follows from the operation, so that a resumed execution finds it."""
    session_id = new_session_id() if execution is None else id_from_operation("ses", execution.operation_id)
    return Session(session_id=session_id, updated_at=context.clock())


def _stored_reply(context: ChatContext, session: Session, execution: Execution | None) -> ChatResult | None:
    """The reply that an interrupted execution of the request stored before its answer was kept; None if it did not."""
    if execution is None or not execution.resumed:
        return None
    found = context.store.exchange_of(context.owner, session.session_id, execution.operation_id)
    if found is None or found.details is None:
        return None
    return ChatResult(found.reply, session.session_id, found.details, ())


def _stored_messages(context: ChatContext, session: Session) -> tuple[ChatMessage, ...]:
    if not session.turns:
        return ()
    exchanges = context.store.exchanges(context.owner, session.session_id, context.config.window)
    return tuple(
        part
        for exchange in exchanges
        for part in (ChatMessage("user", exchange.message), ChatMessage("assistant", exchange.reply))
    )


def _write(  # noqa: PLR0913, PLR0917
    context: ChatContext,
    turn: ChatTurn,
    state: DriftState,
    listener: ReplyListener | None,
    calls: list[ModelCall],
    config: ChatConfig | None = None,
) -> _ScoredReply:
    try:
        answer = ask(turn, context.models, config or context.config, context.deadline, listener)
    except ModelError as error:
        calls.extend(error.calls)
        raise
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
    mask, config = context.persona.mask, calmer(context.config)
    if mask is None:
        raise ValueError("a persona that is not written yet cannot speak")
    anchored = with_anchor(turn.system, mask, [fault.words for fault in first.drift.top_features])
    if listener is not None:
        listener.on_restart()
    try:
        second = _write(context, ChatTurn(anchored, turn.messages), state, listener, calls, config)
    except ModelError:
        # The first reply is paid for, and its envelope says that it drifted: return it rather than an error.
        second = None
    rewritten = "" if second is None else second.reply
    recovery = recovery_of(first.drift, None if second is None else second.drift, rewritten, config)
    if second is not None and recovery.shipped == "second":
        return second, recovery
    if listener is not None:
        listener.on_restart()
        listener.on_text(first.reply)
    return first, recovery


def _store(  # noqa: PLR0913, PLR0917
    context: ChatContext,
    session: Session,
    message: UserMessage,
    scored: _ScoredReply,
    recovery: Recovery | None,
    calls: Sequence[ModelCall],
) -> ReplyDetails:
    """Appends the exchange to the session and publishes an alert; returns the reply's details.

    The session is updated by compare-and-set on `steps`: after a conflict the reply is scored again on the newer state.
    A session that was ended in between takes the reply: it is paid.

    Raises:
        SessionDeletedError: the session was deleted in between.
        TimeoutError: the session changed MAX_ATTEMPTS times in between.
    """
    drift, state = scored.drift, scored.state
    tokens, cost_usd = tokens_and_cost(calls)
    usage, spent = ReplyUsage(tokens=tokens, cost_usd=cost_usd, calls=len(calls)), _spent(context, calls)
    for _ in range(MAX_ATTEMPTS):
        now = context.clock()
        details = ReplyDetails(
            drift=drift,
            recovery=recovery,
            usage=usage,
            provider=scored.provider,
            model=scored.model,
            truncated=scored.truncated,
        )
        after = session.after_replies([drift], state, now).model_copy(
            update={
                "turns": session.turns + 1,
                "usage": session.usage + usage,
                "title": title_of(message.text) if session.title is None and not session.turns else session.title,
            }
        )
        exchange = _exchange(message, scored.reply, details, now)
        entries: list[dict[str, Any]] = []
        if drift.alert or recovery is not None:
            entries.append(_alert(context, session).entry(drift, recovery, now))
        if context.store.advance(context.owner, after, [exchange], entries, spent=spent):
            return details
        session = context.store.session(context.owner, session.session_id) or session
        drift, state = context.scorer.scored(scored.reply, scored.vector, session.drift)
    raise TimeoutError(f"session {session.session_id} is contended")


def _spent(context: ChatContext, calls: Sequence[ModelCall]) -> Accounts:
    return spent_on("chat", context.key_id, calls)


def _exchange(message: UserMessage, reply: str, details: ReplyDetails, at: datetime) -> ChatExchange:
    execution = message.execution
    return ChatExchange(
        message=message.text,
        reply=reply,
        score=details.drift.score,
        at=at,
        operation_id=execution.operation_id if execution else None,
        idempotency_key=execution.key or None if execution else None,
        details=details,
    )


def _alert(context: ChatContext, session: Session) -> Alert:
    return Alert(context.owner, session.session_id, "chat", context.scorer.config.action_on_alert)


@dataclass(frozen=True)
class ScoringContext:
    """Dependencies of scoring replies that another runtime generated. `execution` is that of the request."""

    owner: PersonaRef
    scorer: DriftScorer
    store: SessionStore
    clock: Callable[[], datetime]
    execution: Execution | None = None


def scored_replies(context: ScoringContext, replies: Sequence[str], session_id: str | None) -> tuple[Envelope, ...]:
    """Scores replies of another runtime, in order. With `session_id` they advance that session, created if unknown.

    Raises:
        ModelError: the embedder returned no vectors.
        SessionEndedError: the session was ended.
        TimeoutError: the session changed MAX_ATTEMPTS times in between.
    """
    owner, scorer, store, now = context.owner, context.scorer, context.store, context.clock()
    execution = context.execution if context.execution and context.execution.key else None
    if session_id is not None and execution is not None and execution.resumed:
        known = store.scored_by(owner, session_id, execution.operation_id)
        if known is not None:
            return known
    vectors = scorer.vectors(replies)
    alert = Alert(owner, session_id, "drift", scorer.config.action_on_alert)
    for _ in range(MAX_ATTEMPTS):
        session = None if session_id is None else store.session(owner, session_id)
        if session is not None:
            session.require_open()
        state = None if session_id is None else (session.drift if session else DriftState())
        envelopes: list[Envelope] = []
        for reply, vector in zip(replies, vectors, strict=True):
            drift, state = scorer.scored(reply, vector, state)
            envelopes.append(drift)
        entries = [alert.entry(drift, None, now) for drift in envelopes if drift.alert]
        if session_id is None:
            store.publish(entries)
            return tuple(envelopes)
        after = (session or Session(session_id=session_id, updated_at=now)).after_replies(envelopes, state, now)
        scored = None if execution is None else ScoredRequest(execution.operation_id, execution.key, tuple(envelopes))
        if store.advance(owner, after, (), entries, scored):
            return tuple(envelopes)
    raise TimeoutError(f"session {session_id} is contended")
