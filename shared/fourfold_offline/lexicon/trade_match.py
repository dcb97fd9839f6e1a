"""Maps an occupation to a narrower trade than the one it is listed under, and a narrower trade to its broader one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class _Narrower:
    """A narrower trade, the trades an occupation of it may be listed under, and a pattern of its words."""

    trade: str
    within: frozenset[str]
    words: str


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: tuple[_Narrower, ...]
    broader: dict[str, str]


@cache
def _rules() -> _Rules:
    return load("en/narrower_trades", _Rules)


@cache
def _patterns() -> tuple[tuple[str, frozenset[str], re.Pattern[str]], ...]:
    return tuple((rule.trade, rule.within, re.compile(rule.words, re.IGNORECASE)) for rule in _rules().rules)


def narrow_trade(trade: str, occupation: str) -> str:
    """The narrower trade of an occupation, the first that fits; the given one where none does."""
    fits = (narrow for narrow, within, words in _patterns() if trade in within and words.search(occupation))
    return next(fits, trade)


def broad_trade(trade: str) -> str:
    """The trade under which the dramatic cores list a narrower one."""
    return _rules().broader.get(trade, trade)
