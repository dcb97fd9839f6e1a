"""Deterministic choice: every draw is addressed by a label, so adding one choice never shifts another."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class SeededChoice:
    """Choices that depend on nothing but the texts they were seeded with (no `hash()`, no global generator)."""

    def __init__(self, *parts: str) -> None:
        joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
        self._key = hashlib.sha256(joined).digest()

    def unit(self, label: str) -> float:
        """A number in [0, 1)."""
        return self._bits(label) / 2**64

    def between(self, label: str, low: float, high: float) -> float:
        """A number in [low, high)."""
        return low + (high - low) * self.unit(label)

    def whole(self, label: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included; `low` when the range is empty."""
        return low if high <= low else low + self._bits(label) % (high - low + 1)

    def pick(self, label: str, items: Sequence[Item]) -> Item:
        """One of `items`, which must not be empty."""
        return items[self._bits(label) % len(items)]

    def shuffled(self, label: str, items: Sequence[Item]) -> list[Item]:
        """All of `items` in a drawn order."""
        keyed = sorted(range(len(items)), key=lambda index: self._bits(f"{label}/{index}"))
        return [items[index] for index in keyed]

    def some(self, label: str, items: Sequence[Item], count: int) -> list[Item]:
        """`count` of `items` without repetition (all of them if there are fewer)."""
        return self.shuffled(label, items)[:count]

    def heaviest(self, label: str, weighted: Sequence[tuple[Item, float]]) -> Item:
        """One item, drawn with chances proportional to the weights (not all of which may be zero)."""
        total = sum(weight for _, weight in weighted)
        mark = self.unit(label) * total
        for item, weight in weighted:
            mark -= weight
            if mark < 0:
                return item
        return weighted[-1][0]

    def _bits(self, label: str) -> int:
        digest = hashlib.sha256(self._key + label.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big")
