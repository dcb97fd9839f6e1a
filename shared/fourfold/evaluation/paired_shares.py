"""Statistics of paired yes-or-no outcomes and of won and lost pairs: McNemar's exact test, its interval, equivalence.

`gains` counts the pairs in which only B has the outcome, `losses` those in which only A has it. A pair that B won is a
gain, one that A won a loss, and a tie neither.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from fourfold.provocation.intervals import mcnemar_exact

_Z: Final = NormalDist().inv_cdf(0.975)
_ADDED: Final = 0.5  # to each of the four cells of the table (Agresti and Min 2005)


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """The share of gains less the share of losses (-1 to 1), its 95 % interval, and McNemar's exact p-value.

    `deviation` is the standard deviation of a pair's difference, adjusted as the interval is: it is not zero where no
    pair differs.
    """

    n: int
    difference: float
    low: float
    high: float
    p: float
    deviation: float


def share_difference(gains: int, losses: int, n: int) -> ShareDifference:
    """The difference of two paired shares over `n` pairs.

    The interval is Wald's with half a pair added to each cell (Agresti and Min, Statistics in Medicine 24, 2005), so it
    does not shrink to a point where no pair differs.

    Raises:
        ValueError: no pairs, or more gains and losses than pairs.
    """
    if n < 1 or gains + losses > n or min(gains, losses) < 0:
        raise ValueError("gains and losses are counts of some of the pairs")
    middle, error = _adjusted(gains, losses, n)
    low, high = max(-1.0, middle - _Z * error), min(1.0, middle + _Z * error)
    deviation = error * math.sqrt(n + 4 * _ADDED)
    return ShareDifference(n, (gains - losses) / n, low, high, mcnemar_exact(losses, gains), deviation)


def share_equivalence_p(gains: int, losses: int, n: int, margin: float) -> float:
    """The p-value of two one-sided tests: small where the difference of the shares lies within plus or minus `margin`.

    Raises:
        ValueError: as `share_difference`, or a margin that is not positive.
    """
    if margin <= 0:
        raise ValueError("the margin of equivalence must be positive")
    share_difference(gains, losses, n)
    middle, error = _adjusted(gains, losses, n)
    normal = NormalDist()
    return max(1 - normal.cdf((middle + margin) / error), normal.cdf((middle - margin) / error))


def _adjusted(gains: int, losses: int, n: int) -> tuple[float, float]:
    """The adjusted difference and its standard error."""
    total = n + 4 * _ADDED
    up, down = gains + _ADDED, losses + _ADDED
    return (up - down) / total, math.sqrt(up + down - (up - down) ** 2 / total) / total
