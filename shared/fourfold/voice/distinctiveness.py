"""How distinct a voice is from others: how often one reply distinguishes them, with an interval and a verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from fourfold.voice.embedder import Vectors, cosine_distance, cosine_distances
from fourfold.voice.features import FEATURES, Profile
from fourfold.voice.fingerprint import Fingerprint, unpacked
from fourfold.voice.statistics import auc

_Z_95: Final = 1.96
_MOST_ALIKE: Final = 3
_NEAREST: Final = 3
# Two voices are alike in a feature while their means differ by less than this share of its spread.
_ALIKE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Distinctiveness:
    """Gini coefficient of the two distances' distributions: 0 indistinguishable, 1 always distinct; 95 % interval."""

    score: float
    low: float
    high: float
    replies: int


@dataclass(frozen=True, slots=True)
class ComparableVoice:
    """Another persona's id, name and fingerprint, and the vectors of the sample of its replies."""

    persona_id: str
    name: str | None
    fingerprint: Fingerprint
    replies: Vectors


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A near voice: its distance between the two means, its distinctiveness, and the features that are alike."""

    voice: ComparableVoice
    distance: float
    score: float
    alike: tuple[str, ...]


Verdict = Literal["distinct", "uncertain", "too_close", "not_measured"]


def distinctiveness(own: Sequence[float], others: Sequence[float]) -> Distinctiveness:
    """The distinctiveness of a voice from the voices whose replies have the distances `others` to it.

    The score is 2 AUC - 1, at least 0; the standard error of the AUC is Hanley and McNeil's (1982).

    Raises:
        ValueError: one side is empty.
    """
    area = auc(own, others)
    both_own = area / (2 - area)
    both_other = 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (len(own) - 1) * (both_other - area**2) + (len(others) - 1) * (both_own - area**2)
    error = math.sqrt(max(0.0, variance) / len(own) / len(others))
    low, score, high = (_gini(area + step * error) for step in (-_Z_95, 0.0, _Z_95))
    return Distinctiveness(score, low, high, len(others))


def from_others(fingerprint: Fingerprint, others: Sequence[ComparableVoice]) -> Distinctiveness | None:
    """The distinctiveness of a voice from all replies of other voices; None without any."""
    if not others:
        return None
    replies = np.concatenate([other.replies for other in others])
    return distinctiveness(
        fingerprint.calibration.distances, cosine_distances(replies, unpacked(fingerprint.vector)).tolist()
    )


def nearest(fingerprint: Fingerprint, others: Sequence[ComparableVoice]) -> tuple[Neighbour, ...]:
    """The voices whose means are nearest, at most _NEAREST."""
    centre, own = unpacked(fingerprint.vector), fingerprint.calibration.distances
    near = [
        Neighbour(
            voice=other,
            distance=round(cosine_distance(unpacked(other.fingerprint.vector), centre), 4),
            score=distinctiveness(own, cosine_distances(other.replies, centre).tolist()).score,
            alike=alike(fingerprint.profile, other.fingerprint.profile),
        )
        for other in others
    ]
    return tuple(sorted(near, key=lambda each: each.distance)[:_NEAREST])


def verdict_of(result: Distinctiveness | None, minimum: float) -> Verdict:
    """How the interval of the score compares with the minimum."""
    if result is None:
        return "not_measured"
    if result.low >= minimum:
        return "distinct"
    return "too_close" if result.high < minimum else "uncertain"


def alike(one: Profile, other: Profile) -> tuple[str, ...]:
    """The features that two voices share most, at most three; none if they differ in all."""
    gaps = [
        (abs(here - there) / max(feature.floor, spread), feature.name)
        for feature, here, there, spread in zip(FEATURES, one.mean, other.mean, one.deviation, strict=True)
        if here or there
    ]
    return tuple(name for gap, name in sorted(gaps)[:_MOST_ALIKE] if gap < _ALIKE)


def _gini(area: float) -> float:
    return round(min(1.0, max(0.0, 2 * area - 1)), 4)
