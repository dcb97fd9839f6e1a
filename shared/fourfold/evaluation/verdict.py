"""The verdict of an evaluation, from the measures that count, and the sentence that says what it rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fourfold.evaluation.comparison import MIN_PAIRS, Compared
from fourfold.evaluation.models import MeasureResult, Verdict
from fourfold.evaluation.statistics import holm

_WHY_STOPPED: Final = {
    "budget": "The evaluation stopped at its budget",
    "cancelled": "The evaluation was cancelled",
    "failed": "The evaluation failed",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, its reason, and the number of briefs that would settle an inconclusive one."""

    verdict: Verdict
    reason: str
    briefs_to_settle: int | None


def with_verdicts(compared: Sequence[Compared], metrics: Sequence[str], stopped: str | None) -> list[MeasureResult]:
    """The measures with their verdicts, those of `metrics` first, corrected by Holm over those that could be tested."""
    counted = [each for each in compared if each.measure.name in metrics]
    tested = [each for each in counted if each.p is not None]
    adjusted = dict(
        zip(
            (each.measure.name for each in tested),
            holm([each.p for each in tested if each.p is not None]),
            strict=True,
        )
    )
    first = sorted(counted, key=lambda each: metrics.index(each.measure.name))
    rest = [each for each in compared if each.measure.name not in metrics]
    return [
        each.result(
            counted=len(tested),
            # A measure that counts and could not be tested counts all the same: it leaves the verdict open.
            adjusted_p=adjusted.get(each.measure.name, 1.0) if each.measure.name in metrics else None,
            decided=stopped is None,
        )
        for each in (*first, *rest)
    ]


def decide(measures: Sequence[MeasureResult], stopped: str | None, pairs: int) -> Decision:
    """The verdict over the measures that count. `pairs` is the number of all pairs, whatever measures they have.

    `better` or `worse` needs one measure that differs beyond doubt and none that differs the other way; `equivalent`
    needs all of them equivalent. Everything else is `inconclusive`.
    """
    counted = [each for each in measures if each.counts]
    settle = _briefs_to_settle(counted, pairs)
    if stopped is not None:
        return Decision(
            "inconclusive",
            f"{_WHY_STOPPED[stopped]}, so it has no verdict. The numbers are of the pairs so far.",
            settle,
        )
    names = {
        verdict: [each.name for each in counted if each.verdict == verdict]
        for verdict in ("better", "worse", "equivalent", "inconclusive")
    }
    if names["better"] and names["worse"]:
        return Decision(
            "inconclusive",
            f"B is better on {_listed(names['better'])} and worse on {_listed(names['worse'])}: "
            "decide which of them matters, and name it in `metrics`.",
            None,
        )
    if names["better"] or names["worse"]:
        verdict: Verdict = "better" if names["better"] else "worse"
        others = [*names["equivalent"], *names["inconclusive"]]
        rest = f"; no difference is shown on {_listed(others)}" if others else ""
        return Decision(verdict, f"B is {verdict} than A on {_listed(names[verdict])}{rest}.", None)
    if counted and not names["inconclusive"]:
        return Decision("equivalent", f"B is within the margin of A on {_listed(names['equivalent'])}.", None)
    few = max((each.n for each in counted), default=0) < MIN_PAIRS
    why = f"There are fewer than {MIN_PAIRS} pairs" if few else "The pairs show neither a difference nor equivalence"
    return Decision("inconclusive", f"{why} on {_listed(names['inconclusive'])}.", settle)


def _briefs_to_settle(counted: Sequence[MeasureResult], pairs: int) -> int | None:
    """The most that any open measure needs, with as many pairs without it as here; None if one of them cannot say."""
    still_open = [each for each in counted if each.verdict == "inconclusive"]
    needed = [
        math.ceil(each.briefs_to_settle * pairs / each.n)
        for each in still_open
        if each.briefs_to_settle is not None and each.n
    ]
    return max(needed) if needed and len(needed) == len(still_open) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "any measure"
