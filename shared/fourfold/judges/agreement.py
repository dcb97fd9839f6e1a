"""Agreement of a judge with labels. Every estimate has its number of observations and a 95 % interval."""

from __future__ import annotations

from collections.abc import Sequence
from math import atanh, sqrt, tanh
from statistics import NormalDist, fmean, stdev

from fourfold.judge_passports import Figure
from fourfold.provocation.intervals import wilson

_Z = NormalDist().inv_cdf(0.975)
_LEAST_RANKED = 4


def share(right: int, total: int) -> Figure | None:
    """The share of `right` in `total` with its Wilson interval; None if there is nothing to count."""
    if total == 0:
        return None
    low, high = wilson(right, total)
    return Figure(value=right / total, low=low, high=high, n=total)


def kappa(pairs: Sequence[tuple[bool, bool]]) -> Figure | None:
    """Cohen's kappa (1960) of (label, verdict) pairs; None unless the labels have both classes.

    The interval is the Wilson interval of the observed agreement, with the agreement expected by chance held fixed.
    Unlike the large-sample variance it does not shrink to a point where every pair agrees.
    """
    n = len(pairs)
    labelled = sum(label for label, _ in pairs)
    if labelled in (0, n):
        return None
    judged = sum(verdict for _, verdict in pairs)
    expected = (labelled * judged + (n - labelled) * (n - judged)) / n**2
    agreed = sum(label == verdict for label, verdict in pairs)
    low, high = wilson(agreed, n)

    def corrected(agreement: float) -> float:
        return (agreement - expected) / (1 - expected)

    return Figure(value=corrected(agreed / n), low=max(-1.0, corrected(low)), high=corrected(high), n=n)


def rank_agreement(pairs: Sequence[tuple[float, float]]) -> Figure | None:
    """Spearman's rank correlation, ties at their mean rank; None for fewer than four pairs or a constant side.

    The interval is Fisher's, with the variance of Bonett and Wright (2000).
    """
    if len(pairs) < _LEAST_RANKED:
        return None
    first, second = _ranks([one for one, _ in pairs]), _ranks([other for _, other in pairs])
    deviations = _norm(first) * _norm(second)
    if deviations == 0:
        return None
    middle = (len(pairs) + 1) / 2
    rho = sum((one - middle) * (other - middle) for one, other in zip(first, second, strict=True)) / deviations
    rho = max(-1.0, min(1.0, rho))
    if abs(rho) == 1:
        return Figure(value=rho, low=rho, high=rho, n=len(pairs))
    half = _Z * sqrt((1 + rho**2 / 2) / (len(pairs) - 3))
    return Figure(value=rho, low=tanh(atanh(rho) - half), high=tanh(atanh(rho) + half), n=len(pairs))


def mean(values: Sequence[float]) -> Figure | None:
    """The mean with its interval by the normal approximation; None for no values."""
    if not values:
        return None
    middle = fmean(values)
    half = _Z * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Figure(value=middle, low=middle - half, high=middle + half, n=len(values))


def _norm(ranks: Sequence[float]) -> float:
    middle = (len(ranks) + 1) / 2
    return sqrt(sum((rank - middle) ** 2 for rank in ranks))


def _ranks(values: Sequence[float]) -> list[float]:
    ordered = sorted(values)
    first = {value: place for place, value in reversed(list(enumerate(ordered, start=1)))}
    count = {value: ordered.count(value) for value in first}
    return [first[value] + (count[value] - 1) / 2 for value in values]
