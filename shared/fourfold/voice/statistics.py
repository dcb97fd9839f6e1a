"""Statistics of drift: conformal p-values, error rates, and a CUSUM with its average run length."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def conformal_p(calibration: Sequence[float], observed: float) -> float:
    """Conformal p-value: (1 + #{calibration >= observed}) / (n + 1), at least 1 / (n + 1).

    If calibration and observation are exchangeable, P(p <= a) <= a for every a, whatever the distribution (Vovk,
    Gammerman & Shafer, 2005).
    """
    return (1 + sum(value >= observed for value in calibration)) / (len(calibration) + 1)


def percentile_of(calibration: Sequence[float], observed: float) -> float:
    """Percentile (0-100) of the observed value among the calibration values; ties count half."""
    ordered = sorted(calibration)
    below, upto = bisect_left(ordered, observed), bisect_right(ordered, observed)
    return 100 * (below + upto) / 2 / len(ordered) if ordered else 0.0


def conformal_threshold(calibration: Sequence[float], false_alarm_rate: float) -> float:
    """Conformal threshold at this false alarm rate: the ceil((n + 1)(1 - rate))-th smallest calibration value.

    If n is too small for the rate it is the largest value, and the guaranteed rate is 1 / (n + 1).

    Raises:
        ValueError: `calibration` is empty.
    """
    if not calibration:
        raise ValueError("no calibration, no threshold")
    rank = math.ceil((len(calibration) + 1) * (1 - false_alarm_rate))
    return sorted(calibration)[min(rank, len(calibration)) - 1]


def auc(own: Sequence[float], others: Sequence[float]) -> float:
    """Area under the ROC curve: P(other distance > own distance), ties count half (Mann & Whitney, 1947).

    Raises:
        ValueError: one side is empty.
    """
    if not own or not others:
        raise ValueError("both sides must have distances")
    ordered = sorted(own)
    wins = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in others) / 2
    return wins / len(own) / len(others)


def equal_error_rate(own: Sequence[float], others: Sequence[float]) -> float:
    """Equal error rate (0-1): false reject rate at the threshold where it equals the false accept rate.

    Rates are interpolated linearly between thresholds (ISO/IEC 19795-1).

    Raises:
        ValueError: one side is empty.
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


# One-sided CUSUM of z-scores (Page, 1954): allowance k = 0.5, decision interval h = 4.39.
ALLOWANCE = 0.5
DECISION = 4.39
MAX_Z = 3.0


# Replies of one topic are alike, so a session's distances wander further than as many single replies would. Of factors
# in steps of 0.1 the smallest with which sessions on a topic, of people in the training half of the chat corpus, have a
# false alarm at most 1.5 times as often as stated (benchmarks/voice_separation.py measures it on other people).
_SESSION_SPREAD = 1.1


def session_z(score: float, mean: float, standard_error: float, deviation: float) -> float:
    """The z-score of a reply in a session, from its distance and the calibration's mean, its error, and deviation.

    The mean is known only up to its standard error, so an excess of less than that is not counted.
    """
    return (score - mean - standard_error) / (deviation * _SESSION_SPREAD) if deviation > 0 else 0.0


def cusum_step(before: float, z: float) -> float:
    """The CUSUM after one more z-score, clipped to +-MAX_Z so that a single outlier cannot alarm."""
    return max(0.0, before + max(-MAX_Z, min(MAX_Z, z)) - ALLOWANCE)


def average_run_length(allowance: float = ALLOWANCE, decision: float = DECISION, shift: float = 0.0) -> float:
    """Average number of replies until the CUSUM alarms, for normal z-scores with mean `shift` and deviation 1.

    Siegmund's approximation (1985), within a few per cent of the exact value for usual settings.
    """
    drift = shift - allowance
    bound = decision + 1.166
    if drift == 0:
        return bound**2
    return (math.exp(-2 * drift * bound) + 2 * drift * bound - 1) / (2 * drift**2)
