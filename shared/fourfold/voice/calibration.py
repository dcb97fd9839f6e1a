"""Held-out distances of a voice's own replies, which its chat replies are compared with.

Each reply is compared with the mean of the replies on other topics, so a new topic does not count as a different voice.
That mean has fewer replies than the voice's own, so it is less exact and the distances to it are longer. The excess is
proportional to 1/n (n: replies in the mean); it is estimated from means without two topics, and taken off (the
jackknife's correction of bias; Quenouille, 1956).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.embedder import Vectors, cosine_distances, normalised


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Distances in ascending order, and the standard error of their mean, with topics as the units."""

    distances: tuple[float, ...]
    standard_error: float


def held_out(vectors: Vectors, topics: Sequence[str]) -> HeldOut:
    """The held-out distances of the replies' vectors; with a single topic each reply is a topic of its own.

    Raises:
        ValueError: there are no vectors.
    """
    if not len(vectors):
        raise ValueError("no vectors, no calibration")
    names = list(topics) if len(set(topics)) > 1 else [str(place) for place in range(len(vectors))]
    places = np.unique(names, return_inverse=True)[1]
    groups = [vectors[places == place] for place in range(places.max() + 1)]
    if len(groups) == 1:
        return HeldOut((0.0,), 0.0)
    uncorrected = _without_own(groups)
    excess = _excess(groups, uncorrected)
    total = len(vectors)
    corrected = [
        distances - excess * (1 / (total - len(group)) - 1 / total)
        for group, distances in zip(groups, uncorrected, strict=True)
    ]
    every = np.concatenate(corrected)
    means = np.array([distances.mean() for distances in corrected])
    error = max(every.std(ddof=1) / math.sqrt(total), means.std(ddof=1) / math.sqrt(len(means)))
    return HeldOut(tuple(np.sort(every).tolist()), float(error))


def _without_own(groups: Sequence[Vectors]) -> list[NDArray[np.float64]]:
    """The distances of each group to the mean of all other groups."""
    total = np.sum([group.sum(axis=0) for group in groups], axis=0)
    return [cosine_distances(group, normalised(total - group.sum(axis=0))) for group in groups]


def _excess(groups: Sequence[Vectors], uncorrected: Sequence[NDArray[np.float64]]) -> float:
    """b of distance(n) = a + b/n, from the means without one group and without two; 0 with only two groups.

    `uncorrected` are the distances of each group to the mean without it.
    """
    sums = [group.sum(axis=0) for group in groups]
    total = np.sum(sums, axis=0)
    count = sum(map(len, groups))
    slopes, weights = [], []
    for place, (group, distances) in enumerate(zip(groups, uncorrected, strict=True)):
        without_one = count - len(group)
        others = [other for other in range(len(groups)) if other != place and len(groups[other]) < without_one]
        if not others:
            continue
        centres = normalised(np.array([total - sums[place] - sums[other] for other in others]))
        left = np.array([without_one - len(groups[other]) for other in others])
        farther = 1.0 - (centres @ group.T).mean(axis=1)
        slopes += ((farther - distances.mean()) / (1 / left - 1 / without_one)).tolist()
        weights += [len(group)] * len(others)
    return float(np.average(slopes, weights=weights)) if slopes else 0.0
