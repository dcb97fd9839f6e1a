"""The distinctiveness score and its interval, by simulation."""

from __future__ import annotations

import random
from math import erf

import pytest

from fourfold.voice.distinctiveness import alike, distinctiveness
from fourfold.voice.features import profile_of

ROUNDS = 400


@pytest.mark.parametrize("shift", [0.3, 1.0, 2.0])
def test_the_interval_holds_the_true_score_as_often_as_it_says(shift: float) -> None:
    rng = random.Random(4)  # noqa: S311
    true = 2 * (0.5 * (1 + erf(shift / 2))) - 1  # AUC of two normals a shift apart: Phi(shift / sqrt 2)
    held = 0
    for _ in range(ROUNDS):
        own = [rng.gauss(0, 1) for _ in range(50)]
        others = [rng.gauss(shift, 1) for _ in range(40)]
        found = distinctiveness(own, others)
        held += found.low <= true <= found.high
    assert 0.92 <= held / ROUNDS <= 0.99


def test_the_ends_of_the_scale() -> None:
    assert distinctiveness([0.1, 0.2], [0.8, 0.9]).score == 1.0
    assert distinctiveness([0.8, 0.9], [0.1, 0.2]).score == 0.0


def test_voices_are_alike_in_the_features_they_share() -> None:
    quiet = profile_of(["Perhaps it is so. I would rather wait, perhaps.", "I suppose we might wait a little."])
    loud = profile_of(["NO!! Never! Go home!", "YES! Do it! Now!!"])
    assert alike(quiet, quiet)
    assert not {"exclamations", "hedges"} & {*alike(quiet, loud)}
