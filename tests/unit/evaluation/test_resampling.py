"""Resampled intervals and tests, held to simulation and to counts that can be made by hand."""

from __future__ import annotations

import random

import pytest

from fourfold.evaluation.resampling import bootstrap, sign_flip_p


def test_the_bootstrap_covers_the_mean_and_repeats_itself() -> None:
    rng = random.Random(3)  # noqa: S311 - a simulation
    sample = [rng.gauss(1.0, 0.5) for _ in range(40)]
    low, high = bootstrap(sample, seed=5).interval()
    assert low < 1.0 < high
    assert high - low == pytest.approx(2 * 1.96 * 0.5 / 40**0.5, rel=0.35)
    assert (low, high) == bootstrap(sample, seed=5).interval()


def test_the_randomization_test_counts_the_exchanges() -> None:
    # All of ten differences are positive: 2 of 1,024 exchanges are as extreme.
    assert sign_flip_p([0.3, 0.1, 0.4, 0.2, 0.9, 0.3, 0.2, 0.6, 0.1, 0.5]) == pytest.approx(2 / 1024, abs=0.003)
    assert sign_flip_p([0.0] * 12) == 1.0
    assert sign_flip_p([0.5, -0.5] * 6) == pytest.approx(1.0)
    # One pair of many differs: either sign is as likely, so it shows nothing.
    assert sign_flip_p([0.0] * 30 + [-1.0]) == pytest.approx(1.0)


def test_equivalence_needs_the_mean_within_the_margin() -> None:
    rng = random.Random(4)  # noqa: S311 - a simulation
    near = [rng.gauss(0.0, 0.05) for _ in range(40)]
    assert bootstrap(near).equivalence_p(0.1) < 0.05
    assert bootstrap([each + 0.1 for each in near]).equivalence_p(0.1) > 0.2


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: bootstrap([]),
        lambda: sign_flip_p([]),
        lambda: bootstrap([1.0]).equivalence_p(0.0),
    ],
)
def test_what_cannot_be_computed_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        wrong()  # type: ignore[operator]
