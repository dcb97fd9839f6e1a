"""Trades (fields of work): what each contributes to soul, vocabulary, phrases and appearance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Trade:
    """One trade.

    `turns` are sentences of the soul, `words` of the vocabulary, `lines` phrases, `looks` sentences of the appearance.
    `jobs` are occupations to choose from where a brief states none.
    """

    turns: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...]
    looks: tuple[str, ...]
    jobs: tuple[str, ...]


@cache
def trades() -> dict[str, Trade]:
    """Every trade by its name."""
    return load("en/trades", dict[str, Trade])
