"""The texts of voices to measure: offline personas, with replies to the scenarios and to new messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from fourfold.config.engine import EngineConfig, RunSettings, SafetyConfig
from fourfold.llm.port import ChatMessage, ChatRequest
from fourfold.models import resolve, resolve_chat
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.new_run import new_run
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.system_prompt import system_prompt
from infra.local.home import REPOSITORY
from tests.builders import ALL_STEPS, stepped

MODEL = resolve_chat("offline:composer-1")
PERSONAS, FITTED = 24, 50
THINGS = (
    "harbour",
    "winter",
    "bread",
    "letter",
    "ladder",
    "sister",
    "bill",
    "train",
    "garden",
    "night",
    "coat",
    "tin",
)
ASKS = (
    "What do you make of the {}?",
    "Tell me about the {}.",
    "Would you give up the {}?",
    "Who taught you about the {}?",
    "I dreamt of the {} again, what now?",
)


@dataclass(frozen=True, slots=True)
class SpeakerTexts:
    """A speaker's texts: those a fingerprint is made of, by topic or conversation, and new ones in their order."""

    fitted: tuple[tuple[str, ...], ...]
    fresh: tuple[tuple[str, ...], ...]


def offline_personas() -> list[Persona]:
    """The first PERSONAS briefs of the tests, through the six steps."""
    lines = (REPOSITORY / "tests/unit/offline/briefs.txt").read_text(encoding="utf-8").splitlines()
    briefs = [line for line in lines if line.strip() and not line.startswith("#")]
    return [_persona(brief) for brief in briefs[:PERSONAS]]


def offline_speakers() -> list[SpeakerTexts]:
    """Each persona's replies to the scenarios by topic, and to five new messages on each of twelve things."""
    found = []
    for persona in offline_personas():
        topics: dict[str, list[str]] = {}
        for one in shipped_scenarios().scenarios:
            topics.setdefault(one.topic, []).append(said(persona, one.text("en")))
        fresh = [tuple(said(persona, ask.format(thing)) for ask in ASKS) for thing in THINGS]
        found.append(SpeakerTexts(tuple(map(tuple, topics.values())), tuple(fresh)))
    return found


def said(persona: Persona | None, message: str, system: str | None = None) -> str:
    """The reply of a persona, or of the plain assistant, to one message."""
    usual = "You are a helpful assistant." if persona is None else system_prompt(persona, SafetyConfig())
    return MODEL.reply(ChatRequest(system or usual, (ChatMessage("user", message),), 400, 10)).text


def _persona(brief: str) -> Persona:
    begun = new_run(brief, "ws_bench", RunSettings(EngineConfig()), datetime.now(UTC))
    state = begun.state
    for step in ALL_STEPS:
        state = stepped(step, state, resolve("offline:composer-1")).state
    draft = state.draft
    return begun.persona.model_copy(
        update={
            "status": PersonaStatus.ACTIVE,
            "language": state.language,
            "soul": draft.soul,
            "self_": draft.self_,
            "mask": draft.mask,
            "surface": draft.surface,
        }
    )
