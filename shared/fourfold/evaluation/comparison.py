"""One measure over the pairs: means, difference with its interval, tests, and the pairs that would settle it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean, stdev
from typing import Final

from fourfold.evaluation.measures import Measure
from fourfold.evaluation.models import Interval, MeasureResult, Verdict
from fourfold.evaluation.paired_shares import share_difference, share_equivalence_p
from fourfold.evaluation.resampling import MOST_RESAMPLED, bootstrap, sign_flip_p
from fourfold.evaluation.statistics import equivalence_p, paired_difference, pairs_to_settle, pairs_to_settle_at

LEVEL: Final = 0.05
# With fewer pairs the tests rest on assumptions that the data cannot support, and no verdict is given.
MIN_PAIRS: Final = 10
_TWO: Final = 2
_TENTH: Final = 10


@dataclass(frozen=True, slots=True)
class Compared:
    """The numbers of one measure before Holm's correction. `deviation` is of the differences."""

    measure: Measure
    n: int
    a: float | None = None
    b: float | None = None
    difference: float | None = None
    interval: Interval | None = None
    test: str = "none"
    p: float | None = None
    equivalence_p: float | None = None
    deviation: float | None = None
    margin: float = 0.0

    def result(self, *, counted: int, adjusted_p: float | None, decided: bool) -> MeasureResult:
        """The measure with its verdict.

        Args:
            counted: how many measures Holm corrects for; 0 if this one does not count.
            adjusted_p: `p` after the correction; None if this one does not count.
            decided: whether a verdict may be given; a stopped evaluation gives none.
        """
        verdict = self._verdict(self.p if adjusted_p is None else adjusted_p) if decided else "inconclusive"
        settle = self._to_settle(max(1, counted), decided=decided) if verdict == "inconclusive" else None
        return MeasureResult(
            name=self.measure.name,
            unit=self.measure.unit,
            better=self.measure.better,
            counts=adjusted_p is not None,
            n=self.n,
            a=self.a,
            b=self.b,
            difference=self.difference,
            interval=self.interval,
            test=self.test,
            p=self.p,
            adjusted_p=adjusted_p,
            margin=self.margin,
            equivalence_p=self.equivalence_p,
            verdict=verdict,
            briefs_to_settle=settle,
        )

    def _to_settle(self, counted: int, *, decided: bool) -> int | None:
        """The pairs that would settle an open measure; more than it had, unless it was stopped."""
        if self.deviation is None or self.difference is None:
            return None
        planned = max(MIN_PAIRS, pairs_to_settle(self.deviation, self.margin, measures=counted))
        if not decided or planned > self.n:
            return planned
        seen = pairs_to_settle_at(self.deviation, self.margin, self.difference, measures=counted)
        return max(self.n + 1, seen)

    def _verdict(self, p: float | None) -> Verdict:
        """`equivalent` first: a difference within the margin makes no difference in practice, however certain it is."""
        if self.n < MIN_PAIRS or p is None or self.difference is None:
            return "inconclusive"
        if self.equivalence_p is not None and self.equivalence_p < LEVEL:
            return "equivalent"
        if p >= LEVEL:
            return "inconclusive"
        return "better" if (self.difference > 0) == (self.measure.better == "higher") else "worse"


def compare_values(measure: Measure, pairs: Sequence[tuple[float, float]]) -> Compared:
    """Compares the values of A and B of each pair. With one pair there are means only, with none nothing."""
    if not pairs:
        return Compared(measure, 0, margin=measure.margin)
    a, b = fmean(one for one, _ in pairs), fmean(other for _, other in pairs)
    margin = max(measure.margin, measure.relative * abs(a))
    differences = [other - one for one, other in pairs]
    found = Compared(measure, len(pairs), a, b, fmean(differences), margin=margin)
    if len(pairs) < _TWO:
        return found
    if measure.kind == "outcome":
        return _by_counts(found, differences, "McNemar, exact")
    found = replace(found, deviation=stdev(differences))
    if measure.kind == "amount" and len(pairs) <= MOST_RESAMPLED:
        resampled = bootstrap(differences)
        low, high = resampled.interval()
        return replace(
            found,
            interval=Interval(low=low, high=high),
            test="randomization",
            p=sign_flip_p(differences),
            equivalence_p=resampled.equivalence_p(margin),
        )
    tested = paired_difference(differences)
    return replace(
        found,
        interval=Interval(low=tested.low, high=tested.high),
        test="paired t",
        p=tested.p,
        equivalence_p=equivalence_p(differences, margin),
    )


@dataclass(frozen=True, slots=True)
class Penalty:
    """What the failed runs of a winner count for: `number` pairs more, each like the worst tenth of its own pairs.

    At best they count as no difference. `winner` is `better` for B and `worse` for A.
    """

    winner: Verdict
    number: int

    def on_values(self, measure: Measure, pairs: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """The pairs with those of the failed runs; without pairs none."""
        if not pairs:
            return []
        is_gain_positive = (self.winner == "better") == (measure.better == "higher")
        differences = sorted((other - one for one, other in pairs), reverse=not is_gain_positive)
        worst = fmean(differences[: math.ceil(len(differences) / _TENTH)])
        worst = min(worst, 0.0) if is_gain_positive else max(worst, 0.0)
        a = fmean(one for one, _ in pairs)
        return [*pairs, *[(a, a + worst)] * self.number]

    def on_preferences(self, outcomes: Sequence[str]) -> list[str]:
        """The outcomes with those of the failed runs, which the other side wins; without outcomes none."""
        return [*outcomes, *["a" if self.winner == "better" else "b"] * self.number] if outcomes else []


def compare_preferences(measure: Measure, outcomes: Sequence[str]) -> Compared:
    """Compares how often A and B were preferred; ties are neither. `a` and `b` are the shares of pairs each won."""
    if not outcomes:
        return Compared(measure, 0, margin=measure.margin)
    n = len(outcomes)
    a, b = outcomes.count("a") / n, outcomes.count("b") / n
    differences = [{"a": -1.0, "b": 1.0}.get(outcome, 0.0) for outcome in outcomes]
    found = Compared(measure, n, a, b, b - a, margin=measure.margin)
    return found if n < _TWO else _by_counts(found, differences, "sign test, exact")


def _by_counts(found: Compared, differences: Sequence[float], test: str) -> Compared:
    gains, losses = sum(each > 0 for each in differences), sum(each < 0 for each in differences)
    tested = share_difference(gains, losses, found.n)
    return replace(
        found,
        interval=Interval(low=tested.low, high=tested.high),
        test=test,
        p=tested.p,
        deviation=tested.deviation,
        equivalence_p=share_equivalence_p(gains, losses, found.n, found.margin),
    )
