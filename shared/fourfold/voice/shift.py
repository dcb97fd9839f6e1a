"""Whether a voice has moved: replies to the same scenarios before and after a change, compared in pairs.

The shift is the squared distance between the means of all possible replies before and after, estimated without bias
from the paired differences (a U-statistic; Hoeffding, 1948). Its margin is the noise of a retest: the squared standard
error of the mean of as many replies of the unchanged voice. Equivalence is tested one-sided (Schuirmann, 1987): the
95 % upper bound of the shift, by the jackknife over pairs, is below the margin. Whether there is any shift is tested
by exchanging before and after within pairs, which is exact for an unchanged voice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fourfold.voice.embedder import Vectors
from fourfold.voice_certificate import Verdict

LEVEL: Final = 0.05
_Z_ONE_SIDED: Final = 1.645
_EXCHANGES: Final = 999


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift with its one-sided 95 % bounds and its margin, all squared distances; the p-value of no shift."""

    estimate: float
    low: float
    high: float
    margin: float
    p_value: float

    @property
    def verdict(self) -> Verdict:
        """`equivalent`: surely below the margin. `degraded`: there is a shift, and its estimate reaches the margin."""
        if self.high < self.margin:
            return "equivalent"
        return "degraded" if self.p_value <= LEVEL and self.estimate >= self.margin else "inconclusive"


def shift_between(before: Vectors, after: Vectors) -> Shift:
    """The shift of a voice, from unit vectors of its replies to the same scenarios in the same order.

    Raises:
        ValueError: fewer than three pairs, or the two sides differ in shape.
    """
    if len(before) < 3 or before.shape != after.shape:  # noqa: PLR2004 - the jackknife leaves one out of three
        raise ValueError(f"{before.shape} and {after.shape} are no three pairs of vectors")
    differences = after - before
    products = differences @ differences.T
    estimate, error = _estimate(products)
    # Equal replies have no scatter and no shift: the least margin that a float can exceed 0 by makes them equivalent.
    margin = max(_scatter(before) / len(before), 1e-12)
    return Shift(
        estimate=estimate,
        low=estimate - _Z_ONE_SIDED * error,
        high=estimate + _Z_ONE_SIDED * error,
        margin=margin,
        p_value=_p_of_no_shift(products),
    )


def _estimate(products: NDArray[np.float64]) -> tuple[float, float]:
    """The mean of the products of different pairs, and its standard error by the jackknife."""
    count = len(products)
    own = np.diag(products)
    total = products.sum() - own.sum()
    without = (total - 2 * (products.sum(axis=1) - own)) / ((count - 1) * (count - 2))
    error = math.sqrt((count - 1) / count * float(((without - without.mean()) ** 2).sum()))
    return float(total / (count * (count - 1))), error


def _scatter(vectors: Vectors) -> float:
    """The mean squared distance of replies to the mean of all possible ones; unit vectors."""
    count = len(vectors)
    mean = vectors.mean(axis=0)
    return max(0.0, 1.0 - float(mean @ mean)) * count / (count - 1)


def _p_of_no_shift(products: NDArray[np.float64]) -> float:
    """The share of exchanges within pairs that give at least the observed length of the mean difference."""
    rng = np.random.default_rng(26)
    signs = rng.choice((-1.0, 1.0), (_EXCHANGES, len(products)))
    lengths = ((signs @ products) * signs).sum(axis=1)
    return float((1 + (lengths >= products.sum() - 1e-12).sum()) / (_EXCHANGES + 1))
