"""Statistics of paired scores: Student's t, equivalence, correction for several measures, sample size.

A difference is B minus A for one brief, so a positive mean says that B scores higher. Sources: Student's t for paired
samples; two one-sided tests for equivalence (Schuirmann 1987); Holm's step-down correction (1979); the incomplete beta
function by its continued fraction (Abramowitz and Stegun 26.5.8).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev
from typing import Final

CONFIDENCE: Final = 0.95
_LEAST_PAIRS: Final = 2
_TINY: Final = 1e-300
_PRECISE: Final = 1e-12
_MOST_TERMS: Final = 500
# A spread below this is rounding: 0.8 - 0.6 and 1.0 - 0.8 differ by 1e-16.
_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """The mean difference of `n` pairs, its 95 % interval by Student's t, and the two-sided p-value of no difference.

    Without any spread there is no t: the interval is the mean itself, and p that of a sign test (`2 ** (1 - n)`), or 1
    for a mean of zero. So two equal differences prove nothing.
    """

    n: int
    mean: float
    deviation: float
    low: float
    high: float
    p: float


def paired_difference(differences: Sequence[float]) -> PairedDifference:
    """Student's t test of the differences.

    Raises:
        ValueError: fewer than two pairs.
    """
    n = len(differences)
    if n < _LEAST_PAIRS:
        raise ValueError("a paired test needs two pairs or more")
    mean, deviation = fmean(differences), stdev(differences)
    rounding = _ROUNDING * max(1.0, *map(abs, differences))
    if deviation <= rounding:
        return PairedDifference(n, mean, 0.0, mean, mean, 1.0 if abs(mean) <= rounding else 2.0 ** (1 - n))
    error = deviation / math.sqrt(n)
    half = t_quantile(1 - (1 - CONFIDENCE) / 2, n - 1) * error
    return PairedDifference(n, mean, deviation, mean - half, mean + half, _both_tails(mean / error, n - 1))


def equivalence_p(differences: Sequence[float], margin: float) -> float:
    """The p-value of two one-sided t tests: small where the mean difference lies within plus or minus `margin`.

    Raises:
        ValueError: fewer than two pairs, or a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError("the margin of equivalence must be positive")
    found = paired_difference(differences)
    error = found.deviation / math.sqrt(found.n)
    if error == 0:
        return 2.0**-found.n if abs(found.mean) < margin else 1.0  # a sign test of the distance to the margin
    above = 1 - t_cdf((found.mean + margin) / error, found.n - 1)
    below = t_cdf((found.mean - margin) / error, found.n - 1)
    return max(above, below)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """The p-values adjusted for having looked at all of them, in the order given."""
    adjusted = [0.0] * len(p_values)
    greatest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        greatest = max(greatest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = greatest
    return tuple(adjusted)


def pairs_needed(deviation: float, difference: float, *, level: float = 0.05, power: float = 0.8) -> int:
    """How many pairs find a mean `difference` at this level with this power, for differences of this `deviation`.

    The normal approximation with two pairs added for the unknown deviation; at least two.

    Raises:
        ValueError: no difference to find.
    """
    if difference == 0:
        raise ValueError("no number of pairs finds a difference of zero")
    normal = NormalDist()
    reach = normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)
    return max(_LEAST_PAIRS, _pairs(reach, deviation, difference))


def pairs_to_settle(deviation: float, margin: float, *, measures: int = 1, power: float = 0.8) -> int:
    """How many pairs decide either way: find a difference of `margin`, or show equivalence if there is none.

    It rests on the spread alone and not on the difference seen, which would promise too much. A true difference between
    zero and the margin may need more.

    Args:
        deviation: standard deviation of the differences.
        margin: a difference up to this size makes no difference in practice.
        measures: how many measures Holm corrects for.
        power: the probability of deciding in each of the two cases.

    Raises:
        ValueError: a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError("the margin of equivalence must be positive")
    normal = NormalDist()
    reach = normal.inv_cdf(CONFIDENCE) + normal.inv_cdf(1 - (1 - power) / 2)
    return max(
        _pairs(reach, deviation, margin),
        pairs_needed(deviation, margin, level=(1 - CONFIDENCE) / measures, power=power),
    )


def pairs_to_settle_at(
    deviation: float, margin: float, difference: float, *, measures: int = 1, power: float = 0.8
) -> int:
    """How many pairs decide if the true difference is `difference`: find it, or show that it is within the margin.

    The fewer of both; arguments as of `pairs_to_settle`. For an evaluation that had as many pairs as planned and is
    open all the same: its difference lies between zero and the margin, and the plan was of the two ends.

    Raises:
        ValueError: a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError("the margin of equivalence must be positive")
    needed = []
    if difference:
        needed.append(pairs_needed(deviation, difference, level=(1 - CONFIDENCE) / measures, power=power))
    inside = margin - abs(difference)
    if inside > 0:
        normal = NormalDist()
        reach = normal.inv_cdf(CONFIDENCE) + normal.inv_cdf(power)
        needed.append(_pairs(reach, deviation, inside))
    return min(needed)


def _pairs(reach: float, deviation: float, distance: float) -> int:
    """The pairs whose mean lies within `distance` of the truth by `reach` standard errors."""
    return math.ceil((reach * deviation / distance) ** 2) + 2


def t_cdf(t: float, freedom: int) -> float:
    """The share of Student's t distribution with `freedom` degrees of freedom that lies below `t`."""
    tail = 0.5 * _both_tails(t, freedom)
    return 1 - tail if t > 0 else tail


def t_quantile(share: float, freedom: int) -> float:
    """The t below which `share` (0-1, neither included) of the distribution lies, to nine digits."""
    low, high = -1.0, 1.0
    while t_cdf(low, freedom) > share:
        low *= 2
    while t_cdf(high, freedom) < share:
        high *= 2
    while high - low > 1e-10 * max(1.0, abs(high)):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def _both_tails(t: float, freedom: int) -> float:
    """The share of the distribution that is farther from zero than `t`."""
    return _incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t))


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - _incomplete_beta(b, a, 1 - x)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) * _beta_fraction(a, b, x) / a


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _MOST_TERMS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _away_from_zero(1 + term * d)
            c = _away_from_zero(1 + term / c)
            value *= d * c
        if abs(d * c - 1) < _PRECISE:
            break
    return value


def _away_from_zero(number: float) -> float:
    return number if abs(number) > _TINY else _TINY
