"""The figures against known answers and simulation."""

from __future__ import annotations

import math
import random

import pytest

from fourfold.voice.statistics import (
    DECISION,
    auc,
    average_run_length,
    conformal_p,
    conformal_threshold,
    cusum_step,
    equal_error_rate,
    percentile_of,
)


@pytest.mark.parametrize(
    ("observed", "expected"), [(0.0, 1.0), (0.5, 0.6), (0.45, 0.6), (0.95, 0.1), (9.0, 0.1), (0.9, 0.2)]
)
def test_conformal_p_by_hand(observed: float, expected: float) -> None:
    nine = [place / 10 for place in range(1, 10)]
    assert conformal_p(nine, observed) == pytest.approx(expected)


def test_conformal_p_keeps_its_promise_whatever_the_distribution() -> None:
    rng = random.Random(7)  # noqa: S311
    for draw in (rng.random, lambda: rng.expovariate(1), lambda: rng.choice([0.0, 1.0, 1.0, 2.0])):
        rounds = 4000
        hits = sum(conformal_p([draw() for _ in range(50)], draw()) <= 0.05 for _ in range(rounds))
        assert hits / rounds <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / rounds)


def test_the_automatic_threshold_alarms_as_rarely_as_it_says() -> None:
    rng = random.Random(11)  # noqa: S311
    rounds, alarms = 4000, 0
    for _ in range(rounds):
        bound = conformal_threshold([rng.gauss(0.2, 0.04) for _ in range(50)], 0.05)
        alarms += rng.gauss(0.2, 0.04) > bound
    assert alarms / rounds == pytest.approx(0.05, abs=0.012)
    assert conformal_threshold([1.0, 2.0, 3.0], 0.001) == 3.0, "too few for the rate: the greatest"


def test_percentile_counts_ties_half() -> None:
    assert percentile_of([1, 2, 2, 3], 2) == 50
    assert percentile_of([1, 2, 2, 3], 0) == 0
    assert percentile_of([1, 2, 2, 3], 4) == 100


def test_error_rate_and_area_of_known_pairs() -> None:
    own = [0.1, 0.2, 0.3, 0.4]
    assert equal_error_rate(own, [0.5, 0.6]) == 0
    assert auc(own, [0.5, 0.6]) == 1
    assert equal_error_rate(own, own) == pytest.approx(0.5)
    assert auc(own, own) == 0.5
    assert equal_error_rate(own, [0.35, 0.5, 0.6, 0.7]) == pytest.approx(0.25)


def test_error_rate_of_two_normals_is_the_textbook_s() -> None:
    rng = random.Random(3)  # noqa: S311
    own, others = ([rng.gauss(mean, 1) for _ in range(20000)] for mean in (0, 2))
    assert equal_error_rate(own, others) == pytest.approx(0.1587, abs=0.006)  # Phi(-1)
    assert auc(own, others) == pytest.approx(0.9214, abs=0.006)  # Phi(2 / sqrt 2)


@pytest.mark.parametrize(("shift", "within"), [(0.0, 0.12), (1.0, 0.12), (2.0, 0.2)])
def test_the_run_length_it_states_is_the_one_it_has(shift: float, within: float) -> None:
    rng = random.Random(5)  # noqa: S311
    lengths = []
    for _ in range(1200):
        cusum, length = 0.0, 0
        while cusum <= DECISION:
            cusum, length = cusum_step(cusum, rng.gauss(shift, 1)), length + 1
        lengths.append(length)
    assert sum(lengths) / len(lengths) == pytest.approx(average_run_length(shift=shift), rel=within)


def test_one_odd_reply_alone_is_no_drift() -> None:
    assert cusum_step(0.0, 40.0) < DECISION
    assert cusum_step(cusum_step(0.0, 40.0), 40.0) > DECISION
