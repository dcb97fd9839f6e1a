"""Which voices the words of a brief ask for and which they exclude.

A stern colonel may be laconic or exact; he is not "mild and unfinished". The numbers of the self alone do not say so,
because several temperaments reach the same numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.brief.temperament import said_in_place
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
    """The names of the voices the brief prefers and of those it forbids; forbidden by one word outweighs preferred."""
    words = set(re.findall(r"[a-z]+(?:-[a-z]+)*", brief.casefold())) | {said.word for said in said_in_place(brief)}
    rules = [rule for rule in _rules() if words & rule.temperament]
    preferred = {name for rule in rules for name in rule.voices}
    forbidden = {name for rule in rules for name in rule.never}
    return frozenset(preferred - forbidden), frozenset(forbidden)
