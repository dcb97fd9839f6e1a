"""The shift of a voice between two models: unchanged, another voice, too few replies to know."""

from __future__ import annotations

import numpy as np
import pytest

from fourfold.voice.embedder import Vectors, normalised
from fourfold.voice.shift import shift_between

PAIRS, DIMENSIONS = 50, 200


def replies(rng: np.random.Generator, voice: Vectors, pairs: int = PAIRS) -> Vectors:
    """Replies that scatter about a voice by about as much as a chat reply does."""
    return normalised(voice + rng.normal(scale=0.07, size=(pairs, DIMENSIONS)))


def voices(rng: np.random.Generator) -> tuple[Vectors, Vectors]:
    one = normalised(rng.normal(size=DIMENSIONS))
    return one, normalised(one + rng.normal(scale=0.035, size=DIMENSIONS))


def verdicts(seed: int, *, swapped: bool, pairs: int = PAIRS) -> list[str]:
    found: list[str] = []
    for number in range(50):
        rng = np.random.default_rng((seed, number))
        own, other = voices(rng)
        after = replies(rng, other if swapped else own, pairs)
        found.append(shift_between(replies(rng, own, pairs), after).verdict)
    return found


def test_of_fifty_unchanged_voices_at_most_two_are_refused() -> None:
    found = verdicts(1, swapped=False)
    assert found.count("degraded") <= 2
    assert found.count("equivalent") >= 35


def test_of_fifty_other_voices_at_most_two_are_certified() -> None:
    found = verdicts(2, swapped=True)
    assert found.count("equivalent") <= 2
    assert found.count("degraded") >= 45


def test_the_shift_is_the_squared_distance_between_the_means() -> None:
    rng = np.random.default_rng(3)
    own, other = voices(rng)
    before, after = replies(rng, own, 4000), replies(rng, other, 4000)
    expected = float(((before.mean(axis=0) - after.mean(axis=0)) ** 2).sum())
    shift = shift_between(before[:200], after[:200])
    assert shift.low < expected < shift.high
    assert shift_between(before[:200], before[200:400]).estimate == pytest.approx(0, abs=expected / 10)


def test_equal_replies_are_equivalent_and_few_are_inconclusive() -> None:
    rng = np.random.default_rng(4)
    own, _ = voices(rng)
    same = replies(rng, own)
    assert shift_between(same, same).verdict == "equivalent"
    silent = np.repeat(same[:1], PAIRS, axis=0)
    assert shift_between(silent, silent).verdict == "equivalent"
    assert shift_between(silent, replies(rng, -own)).verdict == "degraded"
    assert shift_between(replies(rng, own, 4), replies(rng, own, 4)).verdict != "degraded"


def test_two_replies_are_no_test() -> None:
    with pytest.raises(ValueError, match="three pairs"):
        shift_between(np.eye(2), np.eye(2))
