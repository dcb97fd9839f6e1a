"""What a trade lends a person: turns of the soul, words, lines, looks, and jobs to choose from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trade:
    """`turns` speak of the person in prose; `lines` are utterances; `looks` sentences of an appearance."""

    turns: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...]
    looks: tuple[str, ...]
    jobs: tuple[str, ...]
