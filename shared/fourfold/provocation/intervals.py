"""Statistics of small counts: an interval for a rate, and an exact test of a change."""

from __future__ import annotations

from math import comb, sqrt

_Z_95 = 1.959963984540054  # the standard normal's 97.5th percentile


def wilson(passed: int, total: int) -> tuple[float, float]:
    """The 95% Wilson score interval of a rate (1927), each bound 0-1; (0, 1) if `total` is 0."""
    if total == 0:
        return 0.0, 1.0
    rate, z2 = passed / total, _Z_95**2
    middle = (rate + z2 / (2 * total)) / (1 + z2 / total)
    reach = _Z_95 / (1 + z2 / total) * sqrt(rate * (1 - rate) / total + z2 / (4 * total**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mcnemar_exact(worse: int, better: int) -> float:
    """Two-sided exact p-value of McNemar's test (1947). `worse` and `better` count the pairs that changed."""
    changed = worse + better
    tail = float(sum(comb(changed, count) for count in range(min(worse, better) + 1)) / 2**changed)
    return min(1.0, 2 * tail)
