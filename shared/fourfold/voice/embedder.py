"""The embedder port: texts to unit vectors, with tokens and cost; and cosine distance."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fourfold.llm.port import ModelCall, provider_and_model
from fourfold.persona import TokenUsage

# One vector of shape (dimension,), and vectors of shape (texts, dimension).
Vector = NDArray[np.float64]
Vectors = NDArray[np.float64]
# A component that is the same in each text's vector.
CONSTANT: Final[Vector] = np.ones(1)


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors in the order of the texts, each of L2 norm 1, and their cost (`cost_usd` None: unknown)."""

    vectors: Vectors
    tokens: TokenUsage = field(default_factory=TokenUsage)
    cost_usd: float | None = 0.0


class Embedder(Protocol):
    """Turns texts into vectors. Only vectors of embedders with the same `id` are comparable."""

    @property
    def id(self) -> str:
        """`name@version`. The version changes whenever the vectors change."""

    @property
    def trained_on(self) -> str | None:
        """The language (BCP 47) that it was trained on; None: several, not known, or it is not trained."""

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts.

        Raises:
            ModelError: the provider returned none.
        """


class MeteredEmbedder:
    """An embedder that remembers its paid calls."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.calls: list[ModelCall] = []

    @property
    def id(self) -> str:
        """That of the embedder."""
        return self._embedder.id

    @property
    def trained_on(self) -> str | None:
        """That of the embedder."""
        return self._embedder.trained_on

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts. Raises as the embedder."""
        started = time.perf_counter()
        found = self._embedder.embed(texts)
        if found.cost_usd != 0.0:  # one of this process costs nothing, and is no model
            provider, model = provider_and_model(self.id.rpartition("@")[0])
            duration_ms = round((time.perf_counter() - started) * 1000)
            call = ModelCall(
                provider=provider, model=model, duration_ms=duration_ms, tokens=found.tokens, cost_usd=found.cost_usd
            )
            self.calls.append(call)
        return found


def normalised(vectors: ArrayLike) -> NDArray[np.float64]:
    """A vector, or each row of several, scaled to L2 norm 1; a zero vector is returned unchanged."""
    values = np.asarray(vectors, dtype=np.float64)
    lengths = np.linalg.norm(values, axis=-1, keepdims=True)
    return values / np.where(lengths > 0, lengths, 1.0)


def joined(*parts: tuple[float, Vector]) -> Vector:
    """The vectors as one, each with its share of the squared norm: L2 norm 1 if each has it and the shares add to 1."""
    return np.concatenate([math.sqrt(share) * vector for share, vector in parts])


def mean_of(vectors: Sequence[Vector] | Vectors) -> Vector:
    """The mean of unit vectors, scaled to L2 norm 1.

    Raises:
        ValueError: `vectors` is empty.
    """
    if not len(vectors):
        raise ValueError("no vectors, no mean")
    return normalised(np.sum(vectors, axis=0))


def cosine_distance(one: Vector, other: Vector) -> float:
    """1 minus the cosine of two unit vectors: 0 for equal direction, 2 for opposite.

    Raises:
        ValueError: the vectors differ in dimension, so they come from different embedders.
    """
    return float(cosine_distances(one[np.newaxis], other)[0])


def cosine_distances(vectors: Vectors, other: Vector) -> NDArray[np.float64]:
    """The cosine distance of each of several unit vectors to one.

    Raises:
        ValueError: the vectors differ in dimension, so they come from different embedders.
    """
    if vectors.shape[-1] != len(other):
        raise ValueError(f"vectors of {vectors.shape[-1]} and of {len(other)} numbers cannot be compared")
    return 1.0 - vectors @ other
