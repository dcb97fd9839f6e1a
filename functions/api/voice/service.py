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
from fourfold.ids import is_persona_id
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import ModelError
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import SPEAKABLE, Persona, PersonaGoneError
from fourfold.personas.deletion import DELETED
from fourfold.pipeline.failure import job_problem
from fourfold.problem import problem
from fourfold.progress.run import tokens_and_cost
from fourfold.voice.conversation import BlockedError, ChatContext, ChatResult, NoSessionError
from fourfold.voice.scoring import DriftScorer, drift_scorer
from fourfold.voice.sessions import PersonaRef
from functions.api.dependencies import AdmittedCaller
from functions.api.voice.schemas import ChatReply, ChatUsage
from functions.clock import now
from functions.wiring import job_store, persona_store, sessions

Answer = TypeVar("Answer")

# A reply may take a chain of models and a second go; then whoever waits has an answer or an error.
_LONGEST_CHAT_S = 240.0
# Threads that wait for models, apart from those that answer everybody else.
_CHATTING_THREADS = 64


async def in_chat_thread(call: Callable[[], Answer]) -> Answer:
    """Runs a call that waits for a model beside the event loop."""
    return await anyio.to_thread.run_sync(call, limiter=chatting_limiter())


@dataclass(frozen=True)
class Speaker:
    """A persona that can speak, with its workspace's settings and what its replies are scored with."""

    persona: Persona
    settings: Settings
    scorer: DriftScorer

    @property
    def owner(self) -> PersonaRef:
        return PersonaRef(self.persona.workspace_id, self.persona.id)


def known_persona(workspace_id: str, persona_id: str) -> Persona:
    """The persona.

    Raises:
        ProblemError: 404, there is none in this workspace.
    """
    persona = persona_store().persona(workspace_id, persona_id) if is_persona_id(persona_id) else None
    if persona is None:
        raise not_found()
    return persona


def require_speakable(persona: Persona) -> None:
    """Raises ProblemError (409) unless the persona can be talked to."""
    if persona.status not in SPEAKABLE:
        raise ProblemError(
            problem(
                "persona_not_ready",
                "The persona cannot speak",
                409,
                f"It is {persona.status}; only active and flagged personas answer.",
            )
        )


def speaker_of(caller: AdmittedCaller, persona_id: str) -> Speaker:
    """The persona, ready to be talked to.

    Raises:
        ProblemError: 404 there is none, 409 it is not written yet, failed, or is archived; 502 the embedder is unknown.
    """
    persona = known_persona(caller.workspace_id, persona_id)
    require_speakable(persona)
    engine = caller.settings.engine
    try:
        embedder = resolve_embedder(engine.fingerprint.embedder)
    except ModelError as error:
        raise ProblemError(job_problem(error)) from None
    owner = PersonaRef(caller.workspace_id, persona_id)
    scorer = drift_scorer(
        owner, job_store(), embedder, engine.pipeline.drift_detection, enabled=engine.fingerprint.enabled
    )
    return Speaker(persona, caller.settings, scorer)


def chat_context(heard: Speaker) -> ChatContext:
    """What a chat with the persona needs, from now on."""
    chat = heard.settings.engine.chat
    return ChatContext(
        persona=heard.persona,
        models=[resolve_chat(name) for name in chat.chain],
        config=chat,
        safety=heard.settings.engine.safety,
        scorer=heard.scorer,
        store=sessions(),
        deadline=Deadline(time.monotonic() + _LONGEST_CHAT_S),
        clock=now,
    )


def reply_of(said: ChatResult) -> ChatReply:
    """An exchange as the API tells it."""
    tokens, cost_usd = tokens_and_cost(said.calls)
    return ChatReply(
        reply=said.reply,
        session_id=said.session_id,
        drift=said.drift,
        recovery=said.recovery,
        usage=ChatUsage(tokens=tokens, cost_usd=cost_usd, calls=len(said.calls)),
        provider=said.provider,
        model=said.model,
    )


def chat_problem(error: Exception) -> ProblemError | None:
    """What a chat's failure is told as; None for one that is no failure of a chat."""
    match error:
        case NoSessionError():
            return not_found()
        case BlockedError():
            answer = problem(
                "reply_drifted",
                "The reply was held back",
                409,
                "It drifted from the voice and action_on_alert is block. Say it differently, or set another action.",
            )
            return ProblemError(answer.model_copy(update={"drift": error.drift.model_dump(mode="json")}))
        case ModelError():
            return ProblemError(job_problem(error))
        case PersonaGoneError():
            return ProblemError(DELETED)
        case _:
            return None


@cache
def chatting_limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_CHATTING_THREADS)
