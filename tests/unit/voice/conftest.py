"""Two persons who sound nothing alike, and their fingerprints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import pytest

from fourfold.config.engine import ChatConfig, EngineConfig, RunSettings, SafetyConfig
from fourfold.ids import new_run_id
from fourfold.llm.port import ChatMessage, ChatRequest
from fourfold.models import resolve_chat
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Mask, Persona, PersonaStatus, Register, SelfLayer, Soul, Surface, TokenUsage
from fourfold.pipeline.new_run import new_run
from fourfold.voice.fingerprint import Fingerprint, FingerprintInput, FingerprintOwner, make_fingerprint
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.system_prompt import system_prompt
from tests.builders import SELF, SOUL, SURFACE

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CHAT = ChatConfig()
_MASKS = {
    "ceremonious": Mask(
        register_=Register.FORMAL,
        tone="grave good manners",
        rhythm="Approaches, bows, delivers, withdraws.",
        vocabulary=("permit", "one had hoped", "lantern", "ledger"),
        signature_phrases=("I should be honoured, and I shall be late.", "Permit me to be of no further use."),
        social_role="host in rooms that belong to others",
    ),
    "exclaimer": Mask(
        register_=Register.CASUAL,
        tone="bright as a dropped tray",
        rhythm="Begins at the top of the voice and works up.",
        vocabulary=("unbelievable", "tram", "bucket", "you have to"),
        signature_phrases=("I could kiss you, and I might!", "Listen, listen, the best bad news!"),
        social_role="the party's weather",
    ),
}


@cache
def person(name: str) -> Persona:
    begun = new_run("A person", "ws_one", RunSettings(EngineConfig()), NOW).persona
    return begun.model_copy(
        update={
            "status": PersonaStatus.ACTIVE,
            "language": "en",
            "soul": Soul.model_validate(SOUL["soul"]),
            "self_": SelfLayer.model_validate(SELF["self"], strict=False),
            "mask": _MASKS[name],
            "surface": Surface.model_validate(SURFACE["surface"]),
        }
    )


def said(name: str | None, message: str, turns: int = 1) -> str:
    talk = tuple(ChatMessage("user", message) for _ in range(turns))
    system = "You are a helpful assistant." if name is None else system_prompt(person(name), SafetyConfig())
    return resolve_chat("offline:composer-1").reply(ChatRequest(system, talk, 400, 10)).text


@dataclass(frozen=True)
class Voice:
    """A person's fingerprint and what it was made of."""

    fingerprint: Fingerprint
    replies: dict[str, str]


@cache
def voice_of(name: str) -> Voice:
    scenarios = shipped_scenarios()
    replies = {one.id: said(name, one.text("en")) for one in scenarios.scenarios}
    pole = [said(None, one.text("en")) for one in scenarios.baseline_subset()]
    taken = FingerprintInput(replies, pole, ("offline:composer-1",), TokenUsage(), 0.0)
    whose = FingerprintOwner(person(name).id, new_run_id(), "en")
    return Voice(make_fingerprint(whose, taken, resolve_embedder("stylometric"), scenarios, NOW), replies)


@pytest.fixture
def ceremonious() -> Voice:
    return voice_of("ceremonious")
