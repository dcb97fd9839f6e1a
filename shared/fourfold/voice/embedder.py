"""The port every embedder stands behind: texts in, vectors out, with what it cost."""

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
    """Vectors in the order of the texts, each of length 1, and what they cost (`cost_usd` None: unknown)."""

    vectors: tuple[Vector, ...]
    tokens: TokenUsage = field(default_factory=TokenUsage)
    cost_usd: float | None = 0.0


class Embedder(Protocol):
    """Turns texts into vectors. Only vectors of one `id` are ever compared."""

    @property
    def id(self) -> str:
        """`name@version`: whatever changes the vectors changes it."""

    def embed(self, texts: Sequence[str]) -> Embedding:
        """The texts' vectors.

        Raises:
            ModelError: the provider gave none.
        """


def normalised(vector: Sequence[float]) -> Vector:
    """The vector at length 1 (L2); one of no length stays as it is."""
    length = math.sqrt(sum(map(mul, vector, vector)))
    return tuple(value / length for value in vector) if length > 0 else tuple(vector)


def mean_of(vectors: Sequence[Vector]) -> Vector:
    """The mean of unit vectors, at length 1 again: their centre on the sphere.

    Raises:
        ValueError: there are none.
    """
    if not vectors:
        raise ValueError("no vectors, no mean")
    return normalised([sum(values) for values in zip(*vectors, strict=True)])


def cosine_distance(one: Vector, other: Vector) -> float:
    """1 minus the cosine of two unit vectors: 0 for the same direction, 2 for opposite ones.

    Raises:
        ValueError: they are of different lengths: of different embedders.
    """
    if len(one) != len(other):
        raise ValueError(f"vectors of {len(one)} and of {len(other)} numbers cannot be compared")
    similarity: float = sum(map(mul, one, other))
    return 1.0 - similarity
