"""Recognises a brief's language by its script and its commonest words; English where nothing decides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from fourfold.language_names import NAMES_OF_LANGUAGE
from fourfold_offline.data_files import load

_BRITISH = re.compile(
    r"\b(?:colour|mum|pub|solicitor|barrister|flat|council estate|lorry|grey|organis\w+|vicar|favourite|neighbour|bloke|quid"
    r"|lollipop lady|greengrocer|fishmonger|publican)\b",
    re.IGNORECASE,
)
_BONUS = 0.6
_FEW_LETTERS = 1


@dataclass(frozen=True, slots=True)
class _Script:
    """A class of letters (of a regular expression), and the language of a brief with such letters."""

    letters: str
    language: str
    locale: str


@dataclass(frozen=True, slots=True)
class _Spaced:
    """A language with spaces between its words: its most usual locale, its commonest words, letters of its own."""

    locale: str
    words: frozenset[str]
    letters: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Languages:
    """`scripts` are tried in their order."""

    scripts: tuple[_Script, ...]
    spaced: dict[str, _Spaced]


@cache
def _languages() -> _Languages:
    return load("languages", _Languages)


def language_of(brief: str) -> tuple[str, str]:
    """The brief's language (ISO 639) and its most usual locale (BCP 47)."""
    for script in _languages().scripts:
        if len(re.findall(script.letters, brief)) > _FEW_LETTERS:
            return script.language, script.locale
    words = re.findall(r"[^\W\d_]+", brief.casefold())
    if not words:
        return "en", "en-US"
    best, best_score = "en", 0.0
    for language, spaced in _languages().spaced.items():
        score = float(sum(word in spaced.words for word in words))
        score += _BONUS * len(spaced.letters & set(brief))
        score += _BONUS if language == "en" and score else 0.0
        if score > best_score:
            best, best_score = language, score
    if best == "en" and _BRITISH.search(brief):
        return "en", "en-GB"
    return best, _languages().spaced[best].locale


_SHARED: Final = frozenset({"a", "in"})  # English words that other languages have too


def is_written_in(brief: str, language: str) -> bool:
    """Whether a brief has words of this language (ISO 639), and no English word but those that others have too."""
    spaced, words = _languages().spaced, set(re.findall(r"[^\W\d_]+", brief.casefold()))
    return language in spaced and bool(words & spaced[language].words) and words & spaced["en"].words <= _SHARED


def local_language(brief: str, locale: str) -> str:
    """The language (ISO 639) of local words, such as job titles: the brief's, of an English brief that of its locale."""
    language = language_of(brief)[0]
    return locale.split("-", maxsplit=1)[0] if language == "en" else language


def stated_language(brief: str) -> str | None:
    """The language (ISO 639) that an English brief says the person speaks, as in "speaks only Norwegian"; else None."""
    match = _stated().search(brief)
    return None if match is None else _codes()[next(name for name in match.groups() if name).casefold()]


@cache
def _codes() -> dict[str, str]:
    return {name.casefold(): code for code, names in sorted(NAMES_OF_LANGUAGE.items(), reverse=True) for name in names}


@cache
def _stated() -> re.Pattern[str]:
    """Only the plain statements: who speaks a language to somebody, or badly, may speak another all day."""
    names = "|".join(map(re.escape, sorted(_codes(), key=len, reverse=True)))
    return re.compile(
        rf"\b(?:(?:speak|answer|talk|write|replie)s?|speaking) (?:only |mostly |mainly |in |only in )({names})\b"
        rf"|\bonly (?:speaks|speaking) ({names})\b"
        rf"|(?<!not )(?<!never )\b(?:speaks|speaking) ({names})(?=\s*(?:[.;,)]|$))"
        rf"|(?<!non-)(?<!not )\b({names})-speaking\b",
        re.IGNORECASE,
    )
