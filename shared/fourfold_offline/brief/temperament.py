"""Reads temperament in other languages, in whole phrases, and in words that are also names.

Each entry has the English word of the same meaning, whose trait bounds are in `lexicon.temperament`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold.constraints import TraitBound, VoiceDemand, VoiceMarker
from fourfold_offline.brief.language import language_of
from fourfold_offline.data_files import load, load_by_language
from fourfold_offline.lexicon.temperament import speech, temperament

# Scripts without spaces between words: a stem matches anywhere.
_UNSPACED = frozenset({"ja", "zh", "ko"})


@dataclass(frozen=True, slots=True)
class TemperamentWord:
    """Words of a brief on temperament, and the English word of the same meaning."""

    quote: str
    word: str


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A case-sensitive pattern ("a frank vet", but not "Frank, a vet"), and the English word of its meaning."""

    pattern: str
    means: str


_DENIED = re.compile(
    r"\b(?:not|never|no longer|hardly|isn't|nicht|kein|keine|pas|no|non|não|değil|не|нет|ليس)\s+$", re.IGNORECASE
)


def words_of_temperament(brief: str) -> list[TemperamentWord]:
    """The words on temperament in their order, each English word once, without negated ones."""
    patterns = (*_english(), *_stems(language_of(brief)[0]))
    found = [
        (match.start(), TemperamentWord(match.group().strip(" ,"), word))
        for pattern, word in patterns
        for match in pattern.finditer(brief)
    ]
    kept: dict[str, TemperamentWord] = {}
    for start, said in sorted(found, key=lambda each: each[0]):
        if not _DENIED.search(brief[:start]):
            kept.setdefault(said.word, said)
    return list(kept.values())


def temperament_bounds(brief: str) -> list[TraitBound]:
    """The trait bounds of the words of temperament."""
    return [
        TraitBound(trait=trait, minimum=low, maximum=high, reason=f'the brief says "{said.quote}"')
        for said in words_of_temperament(brief)
        for trait, low, high in temperament()[said.word]
    ]


def speech_demands(brief: str) -> list[VoiceDemand]:
    """The voice demands of the words of temperament that have one."""
    return [
        VoiceDemand(marker=marker, reason=f'the brief says "{said.quote}"')
        for said in words_of_temperament(brief)
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
    """The stems of a language as patterns, each with the English word of its meaning.

    A stem matches every word that begins with it; a stem that ends in "=" only the whole word; "-" is a space.
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
