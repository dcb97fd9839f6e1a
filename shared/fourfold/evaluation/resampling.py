"""Interval and test of a mean difference without an assumption on its distribution, for counts, shares and costs.

Both resample with a fixed seed, so the same differences give the same numbers. Sources: Efron's percentile bootstrap
(1979); Fisher's randomization test of paired differences, which is exact if both arms are the same.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Final

# Above this many pairs Student's t gives the same numbers for less work.
MOST_RESAMPLED: Final = 300
_RESAMPLES: Final = 2_000
_TAIL: Final = 0.025
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The means of resampled differences, in ascending order."""

    means: Sequence[float]

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the mean by the percentile bootstrap."""
        return self.means[math.floor(_TAIL * _RESAMPLES)], self.means[math.ceil((1 - _TAIL) * _RESAMPLES) - 1]

    def equivalence_p(self, margin: float) -> float:
        """The p-value of two one-sided tests: small where the mean lies within plus or minus `margin`.

        Raises:
            ValueError: a margin that is not positive.
        """
        if margin <= 0:
            raise ValueError("the margin of equivalence must be positive")
        outside = max(sum(mean >= margin for mean in self.means), sum(mean <= -margin for mean in self.means))
        return min(1.0, (outside + 1) / (_RESAMPLES + 1))


def bootstrap(differences: Sequence[float], *, seed: int = 0) -> Bootstrap:
    """Resamples the mean of the differences.

    Raises:
        ValueError: no differences.
    """
    if not differences:
        raise ValueError("there is nothing to resample")
    if min(differences) == max(differences):
        return Bootstrap([differences[0]] * _RESAMPLES)
    rng = random.Random(seed)  # noqa: S311 - a resampling, no secret
    size = len(differences)
    return Bootstrap(sorted(math.fsum(rng.choices(differences, k=size)) / size for _ in range(_RESAMPLES)))


def sign_flip_p(differences: Sequence[float], *, seed: int = 0) -> float:
    """The two-sided p-value of no difference: the share of random exchanges of A and B with a mean as far from zero.

    Raises:
        ValueError: no differences.
    """
    if not differences:
        raise ValueError("there is nothing to resample")
    changed = [each for each in differences if each != 0]
    if not changed:
        return 1.0
    total = math.fsum(changed)
    reached = abs(total) - _ROUNDING * math.fsum(map(abs, changed))
    rng = random.Random(seed)  # noqa: S311 - a resampling, no secret
    extreme = 0
    for _ in range(_RESAMPLES):
        flips = rng.getrandbits(len(changed))
        flipped = sum(compress(changed, _bits(flips, len(changed))))
        extreme += abs(total - 2 * flipped) >= reached
    return (extreme + 1) / (_RESAMPLES + 1)


def _bits(number: int, width: int) -> list[bool]:
    return [digit == "1" for digit in f"{number:0{width}b}"]
