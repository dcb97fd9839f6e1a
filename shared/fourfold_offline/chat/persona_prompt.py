"""Reads the persona back out of a system prompt as `fourfold.voice.system_prompt` writes it.

Like any provider, the composer is sent text. A test compares what one module writes with what this one reads.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fourfold.persona import Mask, Register
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.mask.voices import voices

_OUTSIDE, _SOUL, _TALK, _LINES = "What others see", "What drives them", "How they talk", "Lines they would say"
# The first words of what `fourfold.voice.recovery` appends to the prompt when a reply has drifted.
_RECOVERY = "Your last answer lost your voice."
_LANGUAGE = re.compile(r"You speak [^`\n]{1,40}\(BCP 47 `([A-Za-z0-9-]+)`\)")


@dataclass(frozen=True, slots=True)
class PromptedPersona:
    """What a reply needs of a persona. Every text is on one line; `language` is BCP 47, None if not stated."""

    name: str
    age: int
    location: str
    occupation: str
    desire: str
    fear: str
    wound: str
    mask: Mask
    language: str | None


def persona_in(system: str) -> PromptedPersona | None:
    """The persona of a system prompt; None if the prompt describes none."""
    sections = _sections(system)
    outside, soul, talk = (_labelled(sections.get(title, ())) for title in (_OUTSIDE, _SOUL, _TALK))
    lines = tuple(sections.get(_LINES, ()))
    if not lines:
        return None
    try:
        return PromptedPersona(
            name=outside["Name"],
            age=int(outside["Age"]),
            location=outside["Lives in"],
            occupation=outside["Work"],
            desire=soul["Wants"],
            fear=soul["Fears"],
            wound=soul["Was hurt by"],
            # Not validated: a word with a comma is read as two, so there may be more words than a mask allows.
            mask=Mask.model_construct(
                register_=Register(talk["Register"].partition(" ")[0]),
                tone=talk["Tone"],
                rhythm=talk["Rhythm"],
                vocabulary=_words_in(talk["Words they reach for"]),
                signature_phrases=lines,
                social_role=talk["Among others"],
            ),
            language=_language(system, outside["Name"]),
        )
    except (KeyError, ValueError):
        return None


def is_recovery(system: str) -> bool:
    """Whether the prompt asks to replace a drifted reply."""
    return _RECOVERY in system


def notes_in(system: str) -> str | None:
    """The private notes of the prompt, or None. The last tags count: the persona's own text may contain such tags."""
    before, end, _ = system.rpartition("</private_notes>")
    _, begin, notes = before.rpartition("<private_notes>")
    try:
        return str(json.loads(notes)) if begin and end else None
    except ValueError:
        return None


def _sections(system: str) -> dict[str, Sequence[str]]:
    """The lines of each section by its title up to a comma or bracket; the first section of a title counts."""
    found: dict[str, Sequence[str]] = {}
    for block in system.split("\n\n"):
        title, *lines = block.rstrip("\n").split("\n")
        if title.startswith("## "):
            name = re.split(r"[,(]", title.removeprefix("## "))[0].strip()
            found.setdefault(name, [line.removeprefix("- ") for line in lines])
    return found


def _labelled(lines: Sequence[str]) -> Mapping[str, str]:
    return {label: text for label, _, text in (line.partition(": ") for line in lines)}


def _language(system: str, name: str) -> str | None:
    """The language stated after the opening sentence, which contains the name and so any text."""
    opening = f"You are {name}. Answer as {name} would, in the first person, and stay that person. "
    stated = _LANGUAGE.match(system.removeprefix(opening))
    return None if stated is None else stated[1]


def _words_in(listed: str) -> tuple[str, ...]:
    """The words of a comma-separated vocabulary; words of our own lists that contain a comma stay whole."""
    pieces, words = listed.split(", "), list[str]()
    while pieces:
        size = next((size for size in range(len(pieces), 1, -1) if ", ".join(pieces[:size]) in _with_comma()), 1)
        words.append(", ".join(pieces[:size]))
        del pieces[:size]
    return tuple(words)


@cache
def _with_comma() -> frozenset[str]:
    every = [*(voice.words for voice in voices()), *(trade.words for trade in trades().values())]
    return frozenset(word for words in every for word in words if ", " in word)
