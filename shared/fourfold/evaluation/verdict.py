"""The verdict of an evaluation, from the measures that count, and the sentence that says what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fourfold.evaluation.comparison import MIN_PAIRS, Compared
from fourfold.evaluation.measures import FAILED
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


def decide(measures: Sequence[MeasureResult], stopped: str | None, pairs: int, scarce: Mapping[str, int]) -> Decision:
    """The verdict over the measures that count.

    `better` or `worse` needs one measure that differs beyond doubt and none that differs the other way; `equivalent`
    needs all of them equivalent. Everything else is `inconclusive`. So is an evaluation in which most pairs lack a
    measure that counts (decision 90).

    Args:
        measures: all of them, with their verdicts.
        stopped: why the evaluation ended early.
        pairs: the number of all pairs, whatever measures they have.
        scarce: measures that most pairs lack, with the number of pairs that could have them.
    """
    counted = [each for each in measures if each.counts]
    settle = _briefs_to_settle(counted, pairs)
    if stopped is not None:
        return Decision(
            "inconclusive",
            f"{_WHY_STOPPED[stopped]}, so it has no verdict. The numbers are of the pairs so far.",
            settle,
        )
    found = _shown(counted, settle)
    if found.verdict == "inconclusive":
        return found
    missing = [f"{each.name} ({each.n} of {scarce[each.name]})" for each in counted if each.name in scarce]
    if missing:
        reason = (
            f"There is no verdict, because most pairs have no value of {_listed(missing)}. Name other measures "
            f"in `metrics` if it does not matter. Apart from that: {found.reason}"
        )
        return Decision("inconclusive", reason, None)
    return found


def excess_failures(verdict: Verdict, measures: Sequence[MeasureResult]) -> int:
    """How many more runs of the winner failed than of the other side; 0 if there is no winner."""
    failed = _failed(measures)
    if failed is None or verdict not in {"better", "worse"}:
        return 0
    b, a = _counts(failed)
    return max(0, b - a if verdict == "better" else a - b)


def despite_failures(
    found: Decision, measures: Sequence[MeasureResult], penalised: Sequence[MeasureResult], pairs: int
) -> Decision:
    """The decision on a winner whose runs failed more often than those of the other side (decision 90).

    It stays the winner if the shares of failed runs differ by no more than the margin of `failed`, and if it wins by
    `penalised` too: the measures in which its failed runs count like its worst pairs.

    Raises:
        ValueError: no run failed.
    """
    failed = _failed(measures)
    if failed is None:
        raise ValueError("without a failed run there is nothing to decide")
    b, a = _counts(failed)
    counted = [each for each in penalised if each.counts]
    side = "B" if found.verdict == "better" else "A"
    if abs(b - a) > failed.margin * failed.n:
        why = f"that is more than {100 * failed.margin:.0f} points of 100 apart"
        settle = _briefs_to_settle([each for each in measures if each.counts], pairs)
    elif _shown(counted, None).verdict != found.verdict:
        why = f"{side} would not win if these runs counted like the worst tenth of its pairs"
        settle = _briefs_to_settle(counted, pairs)
    else:
        return found
    reason = f"There is no verdict: of {failed.n} runs of each side, {b} of B failed and {a} of A, and {why}."
    return Decision("inconclusive", f"{reason} Apart from that: {found.reason}", settle)


def _failed(measures: Sequence[MeasureResult]) -> MeasureResult | None:
    return next((each for each in measures if each.name == FAILED and each.counts), None)


def _counts(failed: MeasureResult) -> tuple[int, int]:
    """The failed runs of B and of A."""
    return round((failed.b or 0.0) * failed.n), round((failed.a or 0.0) * failed.n)


def _shown(counted: Sequence[MeasureResult], settle: int | None) -> Decision:
    """What the measures show that have values."""
    names = {
        verdict: [each.name for each in counted if each.verdict == verdict]
        for verdict in ("better", "worse", "equivalent")
    }
    if names["better"] and names["worse"]:
        return Decision("inconclusive", _contradiction(names["better"], names["worse"]), None)
    if names["better"] or names["worse"]:
        verdict: Verdict = "better" if names["better"] else "worse"
        without = [each.name for each in counted if each.verdict != verdict and each.n >= MIN_PAIRS]
        rest = [f"no difference is shown on {_listed(without)}"] if without else []
        parts = [f"B is {verdict} than A on {_listed(names[verdict])}", *rest, *_gaps(counted)]
        return Decision(verdict, f"{'; '.join(parts)}.", None)
    still_open = [each for each in counted if each.verdict == "inconclusive"]
    if counted and not still_open:
        return Decision("equivalent", f"B is within the margin of A on {_listed(names['equivalent'])}.", None)
    if not counted:
        return Decision("inconclusive", "None of the measures that count can be compared here.", None)
    tested = [each.name for each in still_open if each.n >= MIN_PAIRS]
    neither = [f"the pairs show neither a difference nor equivalence on {_listed(tested)}"] if tested else []
    reason = "; ".join([*neither, *_gaps(counted)])
    return Decision("inconclusive", f"{reason[0].upper()}{reason[1:]}.", settle)


def _gaps(counted: Sequence[MeasureResult]) -> list[str]:
    few = [each.name for each in counted if 0 < each.n < MIN_PAIRS]
    none = [each.name for each in counted if not each.n]
    return [
        *([f"fewer than {MIN_PAIRS} pairs have a value of {_listed(few)}"] if few else []),
        *([f"no pair has a value of {_listed(none)}"] if none else []),
    ]


def _contradiction(better: Sequence[str], worse: Sequence[str]) -> str:
    reason = f"B is better on {_listed(better)} and worse on {_listed(worse)}: "
    if FAILED in {*better, *worse}:
        return f"{reason}a brief that failed is in passed and failed alone, so the other measures do not show it."
    return f"{reason}decide which of them matters, and name it in `metrics`."


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
