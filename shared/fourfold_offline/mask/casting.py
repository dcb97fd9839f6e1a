"""Which voices the words of a brief prefer and which they exclude.

The Big Five profile alone does not decide, because several temperaments have the same profile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.temperament import words_of_temperament
from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class _Rule:
    """English words of a temperament, the voices that carry it, and the voices it excludes, by name."""

    temperament: frozenset[str]
    voices: tuple[str, ...]
    never: tuple[str, ...]


@cache
def _rules() -> tuple[_Rule, ...]:
    return load("en/casting", tuple[_Rule, ...])


def casting(brief: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the preferred and of the forbidden voices; a forbidden voice is never preferred."""
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", brief.casefold())) | {
        said.word for said in words_of_temperament(brief)
    }
    rules = [rule for rule in _rules() if words & rule.temperament]
    preferred = {name for rule in rules for name in rule.voices}
    forbidden = {name for rule in rules for name in rule.never}
    return frozenset(preferred - forbidden), frozenset(forbidden)
