"""The word lists of the audit by rule, as compiled patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from fourfold.persona import Trait
from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class _VoiceSign:
    trait: Trait
    high: bool
    words: tuple[str, ...]
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _FirstYear:
    year: int
    words: str


@dataclass(frozen=True, slots=True)
class _Words:
    common: tuple[str, ...]
    stock_phrases: tuple[str, ...]
    voice_signs: tuple[_VoiceSign, ...]
    costume: tuple[str, ...]
    first_years: tuple[_FirstYear, ...]
    generic: tuple[str, ...]
    readers: tuple[str, ...]
    orders: tuple[str, ...]
    praise: tuple[str, ...]


@dataclass(frozen=True)
class VoiceSign:
    """Signs of a voice that belongs to a high (or low) level of a trait: in descriptions of it, and in phrases."""

    trait: Trait
    high: bool
    described: re.Pattern[str]
    spoken: re.Pattern[str]


@cache
def _words() -> _Words:
    return load("en/audit_words", _Words)


@cache
def common_words() -> frozenset[str]:
    """Words that anyone says every day."""
    return frozenset(_words().common)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """One list as a pattern of whole words: `stock_phrases`, `costume`, `generic`, `readers`, `orders` or `praise`."""
    listed: tuple[str, ...] = getattr(_words(), name)
    return _any_of(listed)


@cache
def voice_signs() -> tuple[VoiceSign, ...]:
    """The signs of a voice, by trait."""
    return tuple(
        VoiceSign(sign.trait, sign.high, _any_of(sign.words), re.compile("|".join(sign.phrases), re.IGNORECASE))
        for sign in _words().voice_signs
    )


@cache
def first_years() -> tuple[tuple[int, re.Pattern[str]], ...]:
    """The year in which things became known to many, with their names."""
    return tuple((item.year, _any_of((item.words,))) for item in _words().first_years)


def _any_of(listed: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.IGNORECASE)
