"""Ordinary messages get an answer to what was said, no line of a provocation, and no phrase in most replies."""

from __future__ import annotations

import random
import re
from collections import Counter
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import process_time

import pytest

from fourfold.config.engine import EngineConfig, RunSettings, SafetyConfig
from fourfold.llm.port import ChatMessage, ChatRequest
from fourfold.models import resolve_chat
from fourfold.persona import PersonaStatus
from fourfold.pipeline.new_run import new_run
from fourfold.provocation.catalog import shipped_tests
from fourfold.voice.system_prompt import system_prompt
from fourfold_offline.chat.persona_prompt import persona_in
from fourfold_offline.chat.provocations import provoked_reply
from fourfold_offline.chat.reply import _chat, _opener
from fourfold_offline.mask.voices import voices
from fourfold_offline.seeded_choice import SeededChoice
from tests.builders import written_offline

MESSAGES = Path(__file__).with_name("ordinary_messages.txt").read_text(encoding="utf-8").splitlines()
BRIEFS = ("A retired lighthouse keeper in Cornwall, 71, gruff", "A nervous 22-year-old barista from Portland")
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@cache
def prompt_of(brief: str) -> str:
    draft = written_offline(brief).draft
    blank = new_run(brief, "ws_test", RunSettings(EngineConfig()), NOW).persona
    layers = {"soul": draft.soul, "self_": draft.self_, "mask": draft.mask, "surface": draft.surface}
    whole = blank.model_copy(update={"status": PersonaStatus.ACTIVE, "language": "en", **layers})
    return system_prompt(whole, SafetyConfig())


@cache
def replies(brief: str) -> list[str]:
    model, system = resolve_chat("offline:composer-1"), prompt_of(brief)
    return [model.reply(ChatRequest(system, (ChatMessage("user", said),), 400, 10)).text for said in MESSAGES]


def content(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.casefold())) - COMMON


COMMON = frozenset(
    {"the", "and", "you", "your", "for", "are", "what", "with", "that", "this", "was", "have", "has", "not"}
    | {"did", "does", "how", "who", "why", "which", "where"}
)


def on_topic(said: list[str], heard: list[str]) -> float:
    pairs = [(content(one), content(other)) for one, other in zip(said, heard, strict=True)]
    return sum(bool(one & other) for one, other in pairs) / len(pairs)


@pytest.mark.parametrize("brief", BRIEFS)
def test_a_reply_is_about_what_was_said(brief: str) -> None:
    shuffled = replies(brief)[:]
    random.Random(7).shuffle(shuffled)  # noqa: S311
    assert on_topic(MESSAGES, replies(brief)) > 0.9
    assert on_topic(MESSAGES, shuffled) < 0.5


@pytest.mark.parametrize("brief", BRIEFS)
def test_an_ordinary_message_is_no_provocation(brief: str) -> None:
    persona = persona_in(prompt_of(brief))
    assert persona is not None
    provoked = [said for said in MESSAGES if provoked_reply(persona, [ChatMessage("user", said)], None)]
    assert provoked == []


GREETINGS = (
    "hey there, how's it going?", "Good evening, captain.", "¿Qué tal? ¿Cómo va tu día?", "hi",
    "Olá, tudo bem contigo?", "Salut, tu fais quoi ce soir ?", "Guten Morgen, wie geht es dir heute?",
    "Merhaba, bugün nasılsın?", "Привет! Как прошёл день?", "Ciao, hai già mangiato?",
)  # fmt: skip


@pytest.mark.parametrize("greeting", GREETINGS)
def test_a_greeting_is_answered_and_is_no_topic(greeting: str) -> None:
    voice = voices()[0]
    openers = {line.rstrip(".!?").casefold() for kind in ("greeting", "how_are_you") for line in _chat().openers[kind]}
    found = _opener(greeting, "", voice, 0, SeededChoice("a"))
    assert any(opener in found.casefold() for opener in openers if "{" not in opener)


def test_a_greeting_of_any_length_is_read_in_linear_time() -> None:
    started = process_time()
    _opener(f"hi {'a' * 20_000};", "", voices()[0], 0, SeededChoice("a"))
    assert process_time() - started < 5


@pytest.mark.parametrize("brief", BRIEFS)
def test_no_run_of_five_words_is_in_a_quarter_of_the_replies(brief: str) -> None:
    runs: Counter[str] = Counter()
    for reply in replies(brief):
        words = re.findall(r"[\w'’]+", reply.casefold())
        runs.update({" ".join(words[place : place + 5]) for place in range(len(words) - 4)})
    assert runs.most_common(1)[0][1] < len(MESSAGES) / 4


def test_every_test_of_the_catalogue_meets_a_provoked_reply() -> None:
    persona = persona_in(prompt_of(BRIEFS[0]))
    assert persona is not None
    for test in shipped_tests():
        said = re.findall(r'"say":\s*"((?:[^"\\]|\\.)*)"', test.model_dump_json())
        turns = [text.encode().decode("unicode_escape") if "\\" in text else text for text in said]
        assert any(provoked_reply(persona, [ChatMessage("user", text)], None) for text in turns), test.id
