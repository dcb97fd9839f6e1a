"""A map of voices: each at a place in the plane, near to those that sound alike; and the pairs that are too close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.distinctiveness import distinctiveness
from fourfold.voice.embedder import Vector, Vectors, cosine_distances


@dataclass(frozen=True, slots=True)
class MappedVoice:
    """What the map needs of a voice: its mean vector, a sample of its replies' vectors, and its own distances."""

    centre: Vector
    replies: Vectors
    distances: Sequence[float]


@dataclass(frozen=True, slots=True)
class Twins:
    """Two voices, by their places in the list, that one reply does not distinguish: the greater of both scores."""

    one: int
    other: int
    score: float


def positions(voices: Sequence[MappedVoice]) -> tuple[NDArray[np.float64], float]:
    """Coordinates of shape (voices, 2), and the share (0-1) of the voices' squared distances that the plane shows.

    The first two principal components of the mean vectors, which is classical scaling of their Euclidean distances
    (Torgerson, 1952). Each axis points to its farthest voice, so that equal voices give equal maps.
    """
    if len(voices) < 2:  # noqa: PLR2004 - a plane needs two voices
        return np.zeros((len(voices), 2)), 1.0
    centres = np.array([voice.centre for voice in voices])
    left, lengths, _ = np.linalg.svd(centres - centres.mean(axis=0), full_matrices=False)
    places = left[:, :2] * lengths[:2]
    signs = np.sign(places[np.abs(places).argmax(axis=0), np.arange(places.shape[1])])
    total = float((lengths**2).sum())
    shown = float((lengths[:2] ** 2).sum()) / total if total > 0 else 1.0
    return places * np.where(signs == 0, 1.0, signs), shown


def scores(voices: Sequence[MappedVoice]) -> NDArray[np.float64]:
    """The distinctiveness (0-1) of each voice (row) from each other one (column); 1 on the diagonal."""
    found = np.ones((len(voices), len(voices)))
    for row, voice in enumerate(voices):
        for column, other in enumerate(voices):
            if row != column:
                away = cosine_distances(other.replies, voice.centre).tolist()
                found[row, column] = distinctiveness(voice.distances, away).score
    return found


def twins(found: NDArray[np.float64], minimum: float) -> list[Twins]:
    """The pairs whose distinctiveness is below `minimum` in both directions, the closest first. `found` is `scores`."""
    pairs = [
        Twins(one, other, round(float(max(found[one, other], found[other, one])), 4))
        for one, other in combinations(range(len(found)), 2)
    ]
    return sorted((pair for pair in pairs if pair.score < minimum), key=lambda pair: pair.score)
