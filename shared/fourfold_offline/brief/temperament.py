"""Temperament that a list of English words cannot read: other languages, whole phrases, words that are also names.

Each entry names the English word it means, so that what a word bounds is written down once (`lexicon.temperament`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold.constraints import TraitBound, VoiceDemand, VoiceMarker
from fourfold_offline.brief.language import language_of
from fourfold_offline.data_files import load, load_by_language
from fourfold_offline.lexicon.temperament import speech, temperament

# Scripts without spaces between words: a word is looked for anywhere.
_UNSPACED = frozenset({"ja", "zh", "ko"})


@dataclass(frozen=True, slots=True)
class Said:
    """What a brief says of a temper: its own words, and the English word that means the same."""

    quote: str
    word: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A pattern, matched with case ("a frank vet" is a temper, "Frank, a vet" a man), and the English word it means."""

    pattern: str
    means: str


_DENIED = re.compile(
    r"\b(?:not|never|no longer|hardly|isn't|nicht|kein|keine|pas|no|non|não|değil|не|нет|ليس)\s+$", re.I
)


def said_in_place(brief: str) -> list[Said]:
    """What the brief says of a temper beyond plain English words, in its order, each English word once."""
    patterns = (*_english(), *_stems(language_of(brief)[0]))
    found = [
        (match.start(), Said(match.group().strip(" ,"), word))
        for pattern, word in patterns
        for match in pattern.finditer(brief)
    ]
    kept: dict[str, Said] = {}
    for start, said in sorted(found, key=lambda each: each[0]):
        if not _DENIED.search(brief[:start]):
            kept.setdefault(said.word, said)
    return list(kept.values())


def bounds_in_place(brief: str) -> list[TraitBound]:
    """The trait bounds of those words."""
    return [
        TraitBound(trait=trait, minimum=low, maximum=high, reason=f'the brief says "{said.quote}"')
        for said in said_in_place(brief)
        for trait, low, high in temperament()[said.word]
    ]


def demands_in_place(brief: str) -> list[VoiceDemand]:
    """The voice demands of those words, where the English word makes one."""
    return [
        VoiceDemand(marker=marker, reason=f'the brief says "{said.quote}"')
        for said in said_in_place(brief)
        for marker in _marker(said.word)
    ]


def _marker(word: str) -> list[VoiceMarker]:
    return [speech()[word]] if word in speech() else []


@cache
def _english() -> tuple[tuple[re.Pattern[str], str], ...]:
    phrases = load("en/temperament_phrases", tuple[_Phrase, ...])
    return tuple((re.compile(phrase.pattern), phrase.means) for phrase in phrases)


@cache
def _all_stems() -> dict[str, dict[str, str]]:
    return load_by_language("temperament", dict[str, str])


@cache
def _stems(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The stems of a language as patterns, each with the English word it means.

    A stem stands for every word that begins with it; "=" behind it asks for the whole word, "-" stands for a space.
    """
    stems = _all_stems().get(language, {})
    if language in _UNSPACED:
        return tuple((re.compile(re.escape(stem)), word) for stem, word in stems.items())
    article = "(?:ال)?" if language == "ar" else ""
    made = []
    for stem, word in stems.items():
        plain, rest = re.escape(stem.rstrip("=").replace("-", " ")), "" if stem.endswith("=") else r"\w*"
        made.append((re.compile(rf"(?<!\w){article}{plain}{rest}(?!\w)", re.IGNORECASE), word))
    return tuple(made)
