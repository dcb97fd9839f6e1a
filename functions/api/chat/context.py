"""What stands behind the voice routes: the persona that speaks, what it is heard with, and how failures are told."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import anyio
import anyio.to_thread

from fourfold.config.settings import Settings
from fourfold.http.problems import ProblemError, not_found
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ModelError
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Persona, PersonaGoneError
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.failure import job_problem
from fourfold.problem import problem
from fourfold.progress.run import tokens_and_cost
from fourfold.voice.conversation import BlockedError, ChatContext, ChatResult, NoSessionError
from fourfold.voice.scoring import DriftScorer, drift_scorer
from fourfold.voice.sessions import PersonaRef
from functions.api.chat.schemas import ChatReply, ChatUsage
from functions.api.personas.lookup import known_persona, require_speakable
from functions.clock import now
from functions.configuration import settings_of
from functions.wiring import job_store, sessions

Answer = TypeVar("Answer")

# A reply may take a chain of models and a second go; then whoever waits has an answer or an error.
_CHAT_TIMEOUT_S = 240.0
# Threads that wait for models, apart from those that answer everybody else.
_CHAT_THREADS = 64


async def in_chat_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a call that waits for a model beside the event loop."""
    return await anyio.to_thread.run_sync(call, limiter=chat_limiter())


@dataclass(frozen=True)
class ChatPersona:
    """A persona that can speak, with its workspace's settings and what its replies are scored with."""

    persona: Persona
    settings: Settings
    scorer: DriftScorer

    @property
    def owner(self) -> PersonaRef:
        return PersonaRef(self.persona.workspace_id, self.persona.id)


def chat_persona(workspace_id: str, persona_id: str) -> ChatPersona:
    """The persona, ready to be talked to.

    Raises:
        ProblemError: 404 there is none, 409 it is not written yet, failed, or is archived; 502 the embedder is unknown.
    """
    persona = known_persona(workspace_id, persona_id)
    require_speakable(persona)
    settings = settings_of(workspace_id)
    engine = settings.engine
    try:
        embedder = resolve_embedder(engine.fingerprint.embedder)
    except ModelError as error:
        raise ProblemError(job_problem(error)) from None
    owner = PersonaRef(workspace_id, persona_id)
    scorer = drift_scorer(
        owner, job_store(), embedder, engine.pipeline.drift_detection, enabled=engine.fingerprint.enabled
    )
    return ChatPersona(persona, settings, scorer)


def chat_context(speaker: ChatPersona) -> ChatContext:
    """What a chat with the persona needs, from now on."""
    chat = speaker.settings.engine.chat
    return ChatContext(
        persona=speaker.persona,
        models=[resolve_chat(name) for name in chat.chain],
        config=chat,
        safety=speaker.settings.engine.safety,
        scorer=speaker.scorer,
        store=sessions(),
        deadline=Deadline(time.monotonic() + _CHAT_TIMEOUT_S),
        clock=now,
    )


def chat_reply(result: ChatResult) -> ChatReply:
    """An exchange as the API tells it."""
    tokens, cost_usd = tokens_and_cost(result.calls)
    return ChatReply(
        reply=result.reply,
        session_id=result.session_id,
        drift=result.drift,
        recovery=result.recovery,
        usage=ChatUsage(tokens=tokens, cost_usd=cost_usd, calls=len(result.calls)),
        provider=result.provider,
        model=result.model,
    )


def chat_problem(error: Exception) -> ProblemError | None:
    """What a chat's failure is told as; None for one that is no failure of a chat."""
    match error:
        case NoSessionError():
            return not_found()
        case BlockedError():
            refusal = problem(
                "reply_drifted",
                "The reply was held back",
                409,
                "It drifted from the voice and action_on_alert is block. Say it differently, or set another action.",
            )
            return ProblemError(refusal.model_copy(update={"drift": error.drift.model_dump(mode="json")}))
        case ModelError():
            return ProblemError(job_problem(error))
        case PersonaGoneError():
            return ProblemError(DELETED)
        case _:
            return None


@cache
def chat_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_CHAT_THREADS)
