"""The embedder `writers`: a projection learnt from the chat of people, beside the stylometric features.

Hashed n-grams and the stylometric rates go through one matrix that was trained to keep the texts of one writer together
and those of different writers apart (linear discriminant analysis with a shrunk within-writer covariance;
benchmarks/voice_training.py). The result and the stylometric z-scores are normalised apart and joined with fixed
shares. It was trained on English chat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.embedder import CONSTANT, Embedding, Vector, joined, normalised
from fourfold.voice.ngrams import character_counts, word_counts
from fourfold.voice.stylometry import Blocks, rates_of, style_of

FILE: Final = "writers.npz"
# Of data/writers.npz, which the vectors depend on: with new numbers `Writers.id` gets a new version.
SHA256: Final = "fc9081319eba9c21540695022d71708edc5ced39ab9bcd6e3cce1f5ddd921fe5"
# Shares of the squared norm. The constant component rescales distances so that the published threshold of 0.30 fits,
# and does not change their order.
_LEARNT_SHARE: Final = 0.6
_CONSTANT_SHARE: Final = 0.36
_MAX_Z: Final = 3.0


@dataclass(frozen=True, slots=True)
class Projection:
    """The trained numbers: one int8 row for each feature with its scale, and what is added to the product.

    `mean` and `deviation` standardise the stylometric rates, which are the last features.
    """

    rows: NDArray[np.int8]
    scale: NDArray[np.float32]
    offset: NDArray[np.float32]
    mean: NDArray[np.float32]
    deviation: NDArray[np.float32]

    def of(self, features: NDArray[np.float64]) -> Vector:
        """The projected features; rows of absent features are not read."""
        present = np.flatnonzero(features)
        weights = features[present] * self.scale[present]
        return weights @ self.rows[present].astype(np.float64) + self.offset


class Writers:
    """The embedder `writers`; see the module's docstring."""

    id = "writers@1"
    trained_on = "en"

    def embed(self, texts: Sequence[str]) -> Embedding:
        """Returns the vectors of the texts, at no cost."""
        return Embedding(np.array([vector_of(text) for text in texts]))


@cache
def projection() -> Projection:
    """The shipped numbers, read once per process."""
    with (resources.files("fourfold.voice") / "data" / FILE).open("rb") as file, np.load(file) as content:
        return Projection(**{name: content[name] for name in ("rows", "scale", "offset", "mean", "deviation")})


def vector_of(text: str) -> Vector:
    """The vector of a text, with L2 norm 1."""
    known = projection()
    rates = rates_of(text)
    learnt = normalised(known.of(features_of(text, rates, known.mean, known.deviation)))
    voice = 1 - _CONSTANT_SHARE
    return normalised(
        joined(
            (_CONSTANT_SHARE, CONSTANT),
            (voice * _LEARNT_SHARE, learnt),
            (voice * (1 - _LEARNT_SHARE), style_of(rates)),
        )
    )


def features_of(
    text: str, rates: Blocks, mean: NDArray[np.float32], deviation: NDArray[np.float32]
) -> NDArray[np.float64]:
    """The features of a text: square roots of n-gram rates, then the standardised stylometric rates."""
    length = max(1, len(text))
    counts = np.concatenate((character_counts(text), word_counts(text)))
    scores = np.clip((np.concatenate(rates) - mean) / deviation, -_MAX_Z, _MAX_Z)
    return np.concatenate((np.sqrt(counts / length), scores))
