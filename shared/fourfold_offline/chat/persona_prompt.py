"""The persona that a system prompt describes, read back out of the text that `fourfold.voice.system_prompt` writes.

The composer is sent what every provider is sent: text. A test holds the two modules together.
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
# Begins what is added to a system prompt when a reply has drifted (`fourfold.voice.anchor`).
_RECOVERY = "Your last answer lost your voice."
_LANGUAGE = re.compile(r"You speak `([A-Za-z-]+)` \(BCP 47\)")
_NOTES = re.compile(r"<private_notes>(.*?)</private_notes>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class PromptedPersona:
    """Who speaks, as far as a prompt says it; every text is on one line. `language` is BCP 47, None if unstated."""

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
    """The persona of a system prompt; None where it describes none, as a bare assistant's does."""
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
            # Not validated: a word with a comma in it may be read as two, and make more words than a mask may have.
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
    """Whether the prompt asks for a drifted reply once more."""
    return _RECOVERY in system


def notes_in(system: str) -> str | None:
    """The private notes of the prompt, or None; they come last, and a persona's own text may hold the same tags."""
    found = _NOTES.findall(system)
    try:
        return str(json.loads(found[-1])) if found else None
    except ValueError:
        return None


def _sections(system: str) -> dict[str, Sequence[str]]:
    """The items of each section by the part of its title that names it; the first of a title counts."""
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
    """Stated behind the words that open the prompt; the name in them may hold any text."""
    opening = f"You are {name}. Answer as {name} would, in the first person, and stay that person. "
    stated = _LANGUAGE.match(system.removeprefix(opening))
    return None if stated is None else stated[1]


def _words_in(listed: str) -> tuple[str, ...]:
    """The words of a vocabulary that stands as a list with commas; words of ours that hold a comma stay whole."""
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
