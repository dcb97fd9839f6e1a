"""The embedder port: texts to unit vectors, with tokens and cost; and cosine distance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import mul
from typing import Protocol

from fourfold.persona import TokenUsage

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors in the order of the texts, each of L2 norm 1, and their cost (`cost_usd` None: unknown)."""

    vectors: tuple[Vector, ...]
    tokens: TokenUsage = field(default_factory=TokenUsage)
    cost_usd: float | None = 0.0


class Embedder(Protocol):
    """Turns texts into vectors. Only vectors of embedders with the same `id` are comparable."""

    @property
    def id(self) -> str:
        """`name@version`. The version changes whenever the vectors change."""

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts.

        Raises:
            ModelError: the provider returned none.
        """


def normalised(vector: Sequence[float]) -> Vector:
    """The vector scaled to L2 norm 1; a zero vector is returned unchanged."""
    length = math.sqrt(sum(map(mul, vector, vector)))
    return tuple(value / length for value in vector) if length > 0 else tuple(vector)


def mean_of(vectors: Sequence[Vector]) -> Vector:
    """The mean of unit vectors, scaled to L2 norm 1.

    Raises:
        ValueError: `vectors` is empty.
    """
    if not vectors:
        raise ValueError("no vectors, no mean")
    return normalised([sum(values) for values in zip(*vectors, strict=True)])


def cosine_distance(one: Vector, other: Vector) -> float:
    """1 minus the cosine of two unit vectors: 0 for equal direction, 2 for opposite.

    Raises:
        ValueError: the vectors differ in dimension, so they come from different embedders.
    """
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and of {len(other)} numbers cannot be compared")
    similarity: float = sum(map(mul, one, other))
    return 1.0 - similarity
