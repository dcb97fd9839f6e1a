"""Trades (fields of work): what each gives to the prose of a person and to the words in their mouth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Trade:
    """`turns` are sentences of the soul, `words` of a vocabulary, `lines` utterances, `looks` sentences of an appearance.

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
