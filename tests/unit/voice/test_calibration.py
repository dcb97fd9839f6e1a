"""Held-out distances: those of new replies, by simulation with a known voice."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from fourfold.voice.calibration import held_out
from fourfold.voice.embedder import cosine_distances, mean_of, normalised

TOPICS, EACH, DIMENSION, VOICES = 5, 4, 60, 300


def replies(rng: np.random.Generator, voice: NDArray[np.float64], topics: int, each: int) -> NDArray[np.float64]:
    """Replies of a voice: each is the voice, what its topic adds, and noise."""
    added = np.repeat(rng.normal(0, 0.05, (topics, DIMENSION)), each, axis=0)
    return normalised(voice + added + rng.normal(0, 0.15, (topics * each, DIMENSION)))


def test_held_out_distances_are_those_of_new_replies() -> None:
    rng = np.random.default_rng(11)
    new, held, uncorrected, errors = [], [], [], []
    topics = [str(topic) for topic in range(TOPICS) for _ in range(EACH)]
    for _ in range(VOICES):
        voice = normalised(rng.normal(0, 1, DIMENSION))
        own = replies(rng, voice, TOPICS, EACH)
        new.append(cosine_distances(replies(rng, voice, 20, 1), mean_of(own)).mean())
        calibration = held_out(own, topics)
        held.append(np.mean(calibration.distances))
        errors.append(calibration.standard_error)
        rest = [np.concatenate((own[:start], own[start + EACH :])) for start in range(0, len(own), EACH)]
        uncorrected.append(
            np.mean([cosine_distances(own[n * EACH : (n + 1) * EACH], mean_of(other)) for n, other in enumerate(rest)])
        )
    bias, former_bias = np.mean(held) - np.mean(new), np.mean(uncorrected) - np.mean(new)
    assert former_bias > 0.005
    assert abs(bias) < 0.25 * former_bias
    assert np.mean(errors) == pytest.approx(np.std(held), rel=0.5)


def test_the_distances_ascend_and_are_one_for_each_reply() -> None:
    own = replies(np.random.default_rng(2), np.ones(DIMENSION) / DIMENSION**0.5, TOPICS, EACH)
    distances = held_out(own, ["one topic"] * len(own)).distances
    assert len(distances) == len(own)
    assert list(distances) == sorted(distances)


@pytest.mark.parametrize(("count", "distances"), [(1, (0.0,))])
def test_one_reply_has_no_spread(count: int, distances: tuple[float, ...]) -> None:
    assert held_out(np.eye(3)[:count], ["a"] * count).distances == distances


def test_no_reply_is_no_calibration() -> None:
    with pytest.raises(ValueError, match="no vectors"):
        held_out(np.zeros((0, 3)), [])
