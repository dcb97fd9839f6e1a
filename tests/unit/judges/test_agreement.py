"""Agreement: figures of published examples, and intervals that never claim more than their number of observations."""

from __future__ import annotations

import random

import pytest

from fourfold.judge_passports import verified
from fourfold.judges.agreement import kappa, mean, rank_agreement, share


def test_kappa_of_a_published_example() -> None:
    """Altman, Practical Statistics for Medical Research (1991): 85 of 100 agree, 0.5 by chance each."""
    pairs = [(True, True)] * 40 + [(False, False)] * 45 + [(True, False)] * 10 + [(False, True)] * 5
    found = kappa(pairs)
    assert found is not None
    expected = (50 * 45 + 50 * 55) / 100**2
    assert found.value == pytest.approx((0.85 - expected) / (1 - expected))
    assert found.low < found.value < found.high
    assert found.n == 100


def test_kappa_needs_both_classes() -> None:
    assert kappa([]) is None
    assert kappa([(True, True), (True, False)]) is None
    assert kappa([(False, False)] * 9) is None


def test_full_agreement_of_few_labels_does_not_verify_a_judge() -> None:
    few, many = kappa([(True, True), (False, False)] * 3), kappa([(True, True), (False, False)] * 30)
    assert few is not None
    assert many is not None
    assert (few.value, many.value) == (1.0, 1.0)
    assert not verified(few)
    assert verified(many)
    assert not verified(None)


def test_a_judge_by_chance_has_a_kappa_near_zero() -> None:
    rng = random.Random(1)  # noqa: S311 - a simulation
    found = kappa([(rng.random() < 0.5, rng.random() < 0.5) for _ in range(2000)])
    assert found is not None
    assert found.low < 0 < found.high


def test_the_interval_of_kappa_covers_the_true_value() -> None:
    rng, covered = random.Random(2), 0  # noqa: S311 - a simulation
    for _ in range(400):
        labels = [rng.random() < 0.5 for _ in range(60)]
        found = kappa([(label, label if rng.random() < 0.9 else not label) for label in labels])
        # Errors of 10 % on both sides of two even classes: kappa is 0.8.
        covered += found is not None and found.low <= 0.8 <= found.high
    assert covered / 400 > 0.93


def test_rank_agreement_of_orders() -> None:
    same, opposite = (
        rank_agreement([(1, 10), (2, 20), (3, 30), (4, 40)]),
        rank_agreement([(1, 4), (2, 3), (3, 2), (4, 1)]),
    )
    assert same is not None
    assert opposite is not None
    assert (same.value, opposite.value) == pytest.approx((1.0, -1.0))
    assert rank_agreement([(1, 1), (1, 2), (1, 3), (1, 4)]) is None
    assert rank_agreement([(1, 1), (2, 2)]) is None


def test_rank_agreement_gives_ties_their_mean_rank() -> None:
    # Ranks 1.5 1.5 3 4 against 1 2 3 4: the correlation of the ranks is 4.5 / sqrt(4.5 * 5).
    found = rank_agreement([(1, 1), (1, 2), (2, 3), (3, 4)])
    assert found is not None
    assert found.value == pytest.approx(4.5 / (4.5 * 5) ** 0.5)
    assert found.low < found.value < found.high


def test_nothing_counted_is_no_figure() -> None:
    assert share(0, 0) is None
    assert mean([]) is None
