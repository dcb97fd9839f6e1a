"""Briefs of a kind that is refused, by rule: English words and a list of public figures, near each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold.pipeline.intent import Refusal
from fourfold_offline.brief.age import find_ages
from fourfold_offline.data_files import load
from fourfold_offline.grammar import spelled

_OF_AGE = 18
_UNDER_AGE = {str(number) for number in range(1, _OF_AGE)} | {spelled(number) for number in range(10, _OF_AGE)}
_YEARS_OLD = re.compile(r"\b(\d{1,2}|[a-z]{3,9})[\s-]{1,3}years?[\s-]{1,3}old\b", re.IGNORECASE)
_NEGATED = re.compile(
    r"\b(?:no|not|never|without|nor|hates|refuses|avoids|against|any)\s+(?:\w+\s+){0,2}$", re.IGNORECASE
)
_NAMED = r"(?-i:[A-Z][\w'’-]{1,30}(?:\s[A-Z][\w'’-]{1,30})?)"
# Who tells of the past, writes books or works with the young is not in the frame.
_OUTSIDE = re.compile(
    r"\b(?:novels?|novelist|writes|author|films?|teaches|memories|remembers|years ago|as a (?:teenager|child|girl|boy)"
    r"|when (?:she|he|they) (?:was|were)|(?:mother|father|parent|grandmother|grandfather|aunt|uncle) of)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RefusalWords:
    """Words and phrases, in lower case but for names. `apart` says that somebody else is the subject."""

    public_figures: tuple[str, ...]
    acquaintances: tuple[str, ...]
    private: tuple[str, ...]
    apart: tuple[str, ...]
    minor: tuple[str, ...]
    romance: tuple[str, ...]


@cache
def _words() -> RefusalWords:
    return load("en/refusals", RefusalWords)


@cache
def _pattern(topic: str) -> re.Pattern[str]:
    words = sorted(getattr(_words(), topic), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)


def refusal_of(brief: str) -> Refusal | None:
    """The kind of a brief that is refused; None for all others."""
    if _is_real_and_private(brief):
        return "real_person_private"
    return "minor_romantic" if _is_minor_and_romantic(brief) else None


def _is_real_and_private(brief: str) -> bool:
    if _pattern("private").search(brief) is None:
        return False
    known = rf"\bmy (?:{'|'.join(map(re.escape, _words().acquaintances))}),? {_NAMED}"
    real = _pattern("public_figures").search(brief) or re.search(known, brief, re.IGNORECASE)
    return real is not None and _pattern("apart").search(brief) is None


def _is_minor_and_romantic(brief: str) -> bool:
    romance = [match for match in _pattern("romance").finditer(brief) if not _is_negated(brief, match)]
    if not romance or _OUTSIDE.search(brief):
        return False
    ages = [int(age.value) for age in find_ages(brief) if age.value.isdigit()]
    if ages and min(ages) < _OF_AGE:
        return True
    return _pattern("minor").search(brief) is not None or any(
        match[1].lower() in _UNDER_AGE for match in _YEARS_OLD.finditer(brief)
    )


def _is_negated(brief: str, match: re.Match[str]) -> bool:
    return _NEGATED.search(brief[: match.start()]) is not None
