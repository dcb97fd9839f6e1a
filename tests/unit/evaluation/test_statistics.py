"""Paired statistics, held to printed tables and to simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.evaluation.statistics import (
    equivalence_p,
    holm,
    paired_difference,
    pairs_needed,
    pairs_to_settle,
    pairs_to_settle_at,
    t_cdf,
    t_quantile,
)

# Two-sided 5 % points of Student's t, as tables print them.
TABLE = {1: 12.706, 2: 4.303, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.980, 1000: 1.962}


@pytest.mark.parametrize(("freedom", "critical"), TABLE.items())
def test_the_t_distribution_is_that_of_the_tables(freedom: int, critical: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(critical, abs=6e-4)
    assert t_cdf(critical, freedom) == pytest.approx(0.975, abs=2e-4)
    assert t_cdf(-critical, freedom) == pytest.approx(0.025, abs=2e-4)
    assert t_cdf(0.0, freedom) == pytest.approx(0.5)


def test_a_worked_example_of_a_paired_test() -> None:
    # Student's own sleep data (1908): extra hours under the second drug, less those under the first.
    found = paired_difference([1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4])
    assert found.n == 10
    assert found.mean == pytest.approx(1.58)
    assert found.low == pytest.approx(0.7001142, abs=1e-5)
    assert found.high == pytest.approx(2.4598858, abs=1e-5)
    assert found.p == pytest.approx(0.002833, abs=1e-5)


def test_without_spread_the_test_is_that_of_the_signs() -> None:
    assert (paired_difference([0.0] * 5).p, paired_difference([0.5] * 5).p) == (1.0, 0.0625)
    assert (equivalence_p([0.1] * 5, 0.2), equivalence_p([0.3] * 5, 0.2)) == (1 / 32, 1.0)
    assert (paired_difference([0.5] * 2).p, equivalence_p([0.1] * 2, 0.2)) == (0.5, 0.25)


def test_a_spread_of_rounding_is_none() -> None:
    found = paired_difference([0.8 - 0.6, 1.0 - 0.8] * 5)
    assert (found.p, found.deviation) == (2.0**-9, 0.0)
    assert paired_difference([0.1 + 0.2 - 0.3, 0.0, 0.0]).p == 1.0


def test_a_small_p_value_keeps_its_digits() -> None:
    # scipy.stats.ttest_1samp of the same numbers.
    assert paired_difference([1.0, 1.1, 0.9, 1.05, 0.95] * 8).p == pytest.approx(1.557152285298305e-46, rel=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: paired_difference([1.0]),
        lambda: equivalence_p([1.0, 2.0], 0.0),
        lambda: pairs_needed(1.0, 0.0),
        lambda: pairs_to_settle(1.0, 0.0),
    ],
)
def test_what_cannot_be_computed_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        wrong()  # type: ignore[operator]


def test_rates_of_error_are_those_stated() -> None:
    rng = random.Random(7)  # noqa: S311 - a simulation
    samples = [[rng.gauss(0.0, 1.0) for _ in range(20)] for _ in range(300)]
    assert sum(paired_difference(sample).p < 0.05 for sample in samples) == pytest.approx(15, abs=12)
    # A true difference right at the margin is called equivalent in 5 % of samples.
    at_margin = [[value + 0.5 for value in sample] for sample in samples]
    assert sum(equivalence_p(sample, 0.5) < 0.05 for sample in at_margin) == pytest.approx(15, abs=12)
    inside = [[value * 0.3 for value in sample] for sample in samples]
    assert sum(equivalence_p(sample, 0.5) < 0.05 for sample in inside) > 295


def test_the_number_of_pairs_gives_the_power_it_promises() -> None:
    rng = random.Random(11)  # noqa: S311 - a simulation
    n = pairs_needed(0.6, 0.2)
    found = sum(paired_difference([rng.gauss(0.2, 0.6) for _ in range(n)]).p < 0.05 for _ in range(200))
    assert found == pytest.approx(160, abs=24)


def test_the_published_example_of_a_judge_with_noise() -> None:
    # Generation sd 0.25, judge sd 0.4: 87 briefs for a difference of 0.2 with one judgement, 45 with three.
    once, thrice = ((2 * (0.25**2 + 0.4**2 / judgements)) ** 0.5 for judgements in (1, 3))
    assert pairs_needed(once, 0.2) == pytest.approx(88, abs=2)
    assert pairs_needed(thrice, 0.2) == pytest.approx(47, abs=2)


def test_to_settle_takes_as_many_pairs_as_the_harder_of_both_answers() -> None:
    assert pairs_to_settle(0.6, 0.2) >= pairs_needed(0.6, 0.2)
    assert pairs_to_settle(0.6, 0.2, measures=4) > pairs_to_settle(0.6, 0.2)
    rng = random.Random(13)  # noqa: S311 - a simulation
    n = pairs_to_settle(0.6, 0.2)
    equal = [[rng.gauss(0.0, 0.6) for _ in range(n)] for _ in range(200)]
    assert sum(equivalence_p(sample, 0.2) < 0.05 for sample in equal) >= 145


def test_an_evaluation_that_had_its_pairs_and_is_open_needs_more_for_the_difference_it_saw() -> None:
    # Half way between zero and the margin: 0.1 is found, or shown to be within it, by four times as many.
    assert pairs_to_settle_at(0.6, 0.2, 0.1) == min(pairs_needed(0.6, 0.1), 225)
    rng = random.Random(17)  # noqa: S311 - a simulation
    n = pairs_to_settle_at(0.6, 0.2, 0.1)
    samples = [[rng.gauss(0.1, 0.6) for _ in range(n)] for _ in range(200)]
    settled = sum(paired_difference(each).p < 0.05 or equivalence_p(each, 0.2) < 0.05 for each in samples)
    assert settled >= 150
    assert pairs_to_settle_at(0.6, 0.2, 0.3) == pairs_needed(0.6, 0.3)
    assert pairs_to_settle_at(0.6, 0.2, 0.0) < pairs_to_settle(0.6, 0.2)


def test_holm_is_the_worked_example() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_never_makes_a_p_value_smaller_and_keeps_the_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)
    assert all(after >= before for before, after in zip(p_values, adjusted, strict=True))
    assert all(after <= 1 for after in adjusted)
    ordered = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[place] for place in ordered] == sorted(adjusted)
