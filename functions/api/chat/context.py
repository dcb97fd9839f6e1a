"""Builds the context of a chat or drift request, its reply, and its problems."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import anyio
import anyio.to_thread

from fourfold.config.settings import Settings
from fourfold.estimates.replies import estimate_reply
from fourfold.http.problems import ProblemError, not_found
from fourfold.http.waiting import MAX_SILENCE_S
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ModelError
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona, PersonaGoneError
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.failure import job_problem
from fourfold.problem import problem
from fourfold.progress.measurements import call_measurements
from fourfold.trace import Work, working
from fourfold.voice.chat_turn import ReplyListener
from fourfold.voice.conversation import (
    BlockedError,
    ChatContext,
    ChatResult,
    NoSessionError,
    UserMessage,
    open_session,
    reply_to,
)
from fourfold.voice.scoring import DriftScorer, drift_scorer
from fourfold.voice.sessions import PersonaRef, Session, SessionDeletedError, SessionEndedError
from functions.api.budget import reserved
from functions.api.chat.schemas import ChatReply, ChatUsage, finish_reason
from functions.api.dependencies import AdmittedCaller
from functions.api.errors import SESSION_DELETED, session_ended
from functions.api.personas.lookup import known_persona, require_speakable
from functions.api.spending import chat_in_process, chat_of_workspace
from functions.clock import now
from functions.metrics import record
from functions.wiring import job_store, sessions

Answer = TypeVar("Answer")

# Bounds all model calls of one reply, fallbacks and regeneration included.
CHAT_TIMEOUT_S = MAX_SILENCE_S
# A slot of `api.limits.concurrent_chats` whose process ended is free after this time; a chat ends before.
_SLOT_SECONDS = CHAT_TIMEOUT_S + 30
# Threads that wait for models, separate from those of other requests.
_CHAT_THREADS = 64


async def in_chat_thread(caller: AdmittedCaller, call: Callable[[], Answer]) -> Answer:
    """Runs a call that waits for a model, on a thread reserved for chats.

    Raises:
        ProblemError: 429, the workspace has too many chats at once.
    """

    def counted() -> Answer:
        with chat_of_workspace(caller, _SLOT_SECONDS):
            return call()

    with chat_in_process(caller.workspace_id):
        return await anyio.to_thread.run_sync(counted, limiter=chat_limiter())


async def answered(caller: AdmittedCaller, call: Callable[[], Answer]) -> Answer:
    """Returns the result of a call on a chat thread.

    Raises:
        ProblemError: 429 the workspace has too many chats at once, or the problem of a reply that was blocked, of
            models that gave none, or of a persona or session that was deleted or ended during the call.
    """
    try:
        return await in_chat_thread(caller, call)
    except (BlockedError, ModelError, PersonaGoneError, SessionDeletedError, SessionEndedError) as error:
        raise chat_problem(error) or error from None


@dataclass(frozen=True)
class ChatPersona:
    """A persona that can chat, with its workspace's settings, its drift scorer and the API key that asks."""

    persona: Persona
    settings: Settings
    scorer: DriftScorer
    key_id: str

    @property
    def owner(self) -> PersonaRef:
        """The persona as owner of sessions."""
        return PersonaRef(self.persona.workspace_id, self.persona.id)


def chat_persona(caller: AdmittedCaller, persona_id: str) -> ChatPersona:
    """Loads the persona and its drift scorer.

    Raises:
        ProblemError: 404 no such persona, 409 it is not active or flagged, 502 the embedder is not usable.
    """
    return speaker_of(caller, known_persona(caller.workspace_id, persona_id))


def speaker_of(caller: AdmittedCaller, persona: Persona) -> ChatPersona:
    """Loads the drift scorer of a persona of the caller's workspace.

    Raises:
        ProblemError: 409 the persona is not active or flagged, 502 the embedder is not usable.
    """
    require_speakable(persona)
    engine = caller.settings.engine
    try:
        embedder = resolve_embedder(engine.fingerprint.embedder)
    except ModelError as error:
        raise ProblemError(job_problem(error)) from None
    owner = PersonaRef(caller.workspace_id, persona.id)
    scorer = drift_scorer(
        owner, job_store(), embedder, engine.pipeline.drift_detection, enabled=engine.fingerprint.enabled
    )
    return ChatPersona(persona, caller.settings, scorer, caller.key_id)


def chat_context(speaker: ChatPersona) -> ChatContext:
    """Builds the context of one chat turn; its deadline starts now."""
    chat = speaker.settings.engine.chat
    return ChatContext(
        persona=speaker.persona,
        models=[resolve_chat(name) for name in chat.chain],
        config=chat,
        safety=speaker.settings.engine.safety,
        scorer=speaker.scorer,
        store=sessions(),
        deadline=Deadline(time.monotonic() + CHAT_TIMEOUT_S),
        clock=now,
        key_id=speaker.key_id,
    )


def chat_session(context: ChatContext, session_id: str | None) -> Session | None:
    """The session that a chat continues; None if it begins a new one.

    Raises:
        ProblemError: 404 the persona has no such session, 409 it was ended.
    """
    try:
        return open_session(context, session_id)
    except (NoSessionError, SessionEndedError) as error:
        raise chat_problem(error) or error from None


def budgeted_reply(
    caller: AdmittedCaller,
    context: ChatContext,
    session: Session | None,
    message: UserMessage,
    listener: ReplyListener | None = None,
) -> ChatResult:
    """Answers one message within the caller's budgets; raises as `reply_to`.

    Raises:
        ProblemError: 402, a budget has too little left, or a price is not known.
    """
    with reserved(caller, lambda: estimate_reply(context.persona, message.text, caller.settings.engine)) as spending:
        try:
            # The API's process lives on, so spans are sent beside the reply and not before it ends.
            with working(_work(context.persona, session)):
                result = reply_to(context, session, message, listener)
        except (ModelError, BlockedError) as error:
            spending.calls.extend(error.calls)
            raise
        spending.calls.extend(result.calls)
        return measured(result)


def _work(persona: Persona, session: Session | None) -> Work:
    return Work("chat", persona.workspace_id, persona.id, session_id=None if session is None else session.session_id)


def measured(result: ChatResult) -> ChatResult:
    """Writes the metrics of the model calls of a chat, which no run log has; returns the result."""
    record(call_measurements(result.calls))
    return result


def chat_reply(result: ChatResult) -> ChatReply:
    """Converts a chat result to the API's reply."""
    details = result.details
    return ChatReply(
        reply=result.reply,
        finish_reason=finish_reason(result),
        session_id=result.session_id,
        drift=details.drift,
        recovery=details.recovery,
        usage=ChatUsage(**dict(details.usage)),
        provider=details.provider,
        model=details.model,
    )


def chat_problem(error: Exception) -> ProblemError | None:
    """Converts an exception of a chat to a problem; None for other exceptions."""
    match error:
        case NoSessionError():
            return not_found()
        case BlockedError():
            detail = "The drift exceeds the threshold and action_on_alert is block. Rephrase the message or change it."
            refusal = problem("reply_drifted", "The reply was blocked because of drift", 409, detail)
            return ProblemError(refusal.model_copy(update={"drift": error.drift.model_dump(mode="json")}))
        case ModelError():
            return ProblemError(job_problem(error))
        case PersonaGoneError() | SessionDeletedError():
            return ProblemError(DELETED if isinstance(error, PersonaGoneError) else SESSION_DELETED)
        case SessionEndedError():
            return session_ended()
        case _:
            return None


@cache
def chat_limiter() -> anyio.CapacityLimiter:
    """The limiter of chat threads."""
    return anyio.CapacityLimiter(_CHAT_THREADS)
