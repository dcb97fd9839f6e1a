"""McNemar's test and its interval, held to a printed example."""

from __future__ import annotations

import pytest

from fourfold.evaluation.paired_shares import share_difference, share_equivalence_p


def test_the_example_of_agresti() -> None:
    # Approval of a prime minister, asked twice (Agresti, Categorical Data Analysis, table 11.1): 86 and 150 of 1,600
    # changed. The published 95 % interval is 0.04 +- 0.0187 (Wald); the adjusted one differs in the fourth digit.
    found = share_difference(86, 150, 1600)
    assert found.difference == pytest.approx(-0.04)
    assert found.low == pytest.approx(-0.0587, abs=5e-4)
    assert found.high == pytest.approx(-0.0213, abs=5e-4)
    assert found.p < 0.0001


def test_exact_p_of_few_pairs() -> None:
    assert share_difference(5, 0, 20).p == pytest.approx(2 / 32)
    assert share_difference(0, 0, 20).p == 1.0


def test_without_a_changed_pair_the_interval_is_no_point() -> None:
    few, many = share_difference(0, 0, 10), share_difference(0, 0, 200)
    assert few.low < 0 < few.high
    assert many.high - many.low < few.high - few.low
    assert share_equivalence_p(0, 0, 10, 0.1) > 0.05 > share_equivalence_p(0, 0, 40, 0.1)
    assert share_equivalence_p(20, 0, 100, 0.1) > 0.9


@pytest.mark.parametrize(
    ("gains", "losses", "n", "margin"), [(0, 0, 0, 0.1), (3, 3, 5, 0.1), (-1, 0, 5, 0.1), (0, 0, 5, 0)]
)
def test_impossible_counts_are_refused(gains: int, losses: int, n: int, margin: float) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - two messages
        share_equivalence_p(gains, losses, n, margin)
