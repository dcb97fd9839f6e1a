"""The figures drift stands on: conformal p-values, error rates, and a CUSUM with its run length."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def conformal_p(calibration: Sequence[float], observed: float) -> float:
    """The share of a fair world that looks at least as odd: (1 + #{calibration >= observed}) / (n + 1).

    If calibration and observation are exchangeable, P(p <= a) <= a for every a, whatever the distribution (Vovk,
    Gammerman & Shafer, 2005). The smallest value n numbers can give is 1 / (n + 1).
    """
    return (1 + sum(value >= observed for value in calibration)) / (len(calibration) + 1)


def percentile_of(calibration: Sequence[float], observed: float) -> float:
    """How many of a hundred calibration values lie below the observed one, ties counted half."""
    ordered = sorted(calibration)
    below, upto = bisect_left(ordered, observed), bisect_right(ordered, observed)
    return 100 * (below + upto) / 2 / len(ordered) if ordered else 0.0


def conformal_threshold(calibration: Sequence[float], false_alarm_rate: float) -> float:
    """The smallest bound that at most this share of fresh values exceeds: the ceil((n + 1)(1 - a))-th smallest.

    Where n is too small for the rate it is the greatest value seen: the rate that holds is then 1 / (n + 1).

    Raises:
        ValueError: there is nothing to take it from.
    """
    if not calibration:
        raise ValueError("no calibration, no threshold")
    rank = math.ceil((len(calibration) + 1) * (1 - false_alarm_rate))
    return sorted(calibration)[min(rank, len(calibration)) - 1]


def auc(own: Sequence[float], others: Sequence[float]) -> float:
    """The chance that a stranger's distance is greater than an own one (Mann & Whitney), ties counted half."""
    if not own or not others:
        raise ValueError("both sides must have distances")
    ordered = sorted(own)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in others) / 2
    return wins / len(own) / len(others)


def equal_error_rate(own: Sequence[float], others: Sequence[float]) -> float:
    """The error at the threshold where own replies are refused as often as strangers' are taken, 0-1.

    Between two thresholds the two rates are joined by lines, as is usual (ISO/IEC 19795-1).
    """
    if not own or not others:
        raise ValueError("both sides must have distances")
    genuine, impostor = sorted(own), sorted(others)
    false_rejects, false_accepts = 1.0, 0.0
    for threshold in sorted({*genuine, *impostor}):
        next_rejects = 1 - bisect_right(genuine, threshold) / len(genuine)
        next_accepts = bisect_right(impostor, threshold) / len(impostor)
        if next_accepts >= next_rejects:
            before, after = false_rejects - false_accepts, next_rejects - next_accepts
            step = before / (before - after) if before != after else 0.0
            return false_rejects + step * (next_rejects - false_rejects)
        false_rejects, false_accepts = next_rejects, next_accepts
    return false_rejects


# Page's CUSUM (1954) of z-scores: half a deviation is forgiven each time; at DECISION it alarms.
ALLOWANCE = 0.5
DECISION = 4.39
MAX_Z = 3.0


def cusum_step(before: float, z: float) -> float:
    """The CUSUM after one more z-score, which is clipped: one odd reply alone is no drift."""
    return max(0.0, before + max(-MAX_Z, min(MAX_Z, z)) - ALLOWANCE)


def average_run_length(allowance: float = ALLOWANCE, decision: float = DECISION, shift: float = 0.0) -> float:
    """Replies until the CUSUM alarms, on average, when z-scores are normal with mean `shift` and deviation 1.

    Siegmund's approximation (1985): within a few per cent of the exact value for the usual settings.
    """
    drift = shift - allowance
    bound = decision + 1.166
    if drift == 0:
        return bound**2
    return (math.exp(-2 * drift * bound) + 2 * drift * bound - 1) / (2 * drift**2)
