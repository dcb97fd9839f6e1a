"""Numbers, names and texts of a report as a reader sees them."""

from __future__ import annotations

import re
from typing import Final

from fourfold.evaluation.amounts import NONE, amount, least_mean, probability
from fourfold.evaluation.models import ArmSummary, ClaimCounts, EvaluationReport, MeasureResult, RowSide

NO_ROWS: Final = "No run of a brief has ended."
# Characters that XML 1.0 does not allow, and those that change the direction of the text around them.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text with U+FFFD for each character that a document must not contain."""
    return _ILLEGAL.sub("\ufffd", text)


def score_text(side: RowSide | None) -> str:
    """The overall score of a brief's persona, or why it has none."""
    if side is None:
        return NONE
    if side.overall is None:
        return "failed" if side.status == "failed" else "no score"
    return amount(side.overall, "points")


def preferred_text(preference: str | None) -> str:
    """The side that the judge prefers."""
    return {"a": "A", "b": "B", None: NONE}.get(preference, "tie")


def p_text(measure: MeasureResult) -> str:
    """The p-value of a measure, corrected by Holm if the measure counts; none if it was not tested."""
    return probability(measure.adjusted_p if measure.counts and measure.p is not None else measure.p)


def name_of_test(measure: MeasureResult) -> str:
    """The name of the test that gives the p-value."""
    return NONE if measure.p is None else measure.test


def verdict_text(measure: MeasureResult) -> str:
    """The verdict of a measure, or that no pair has a value of it."""
    return measure.verdict if measure.n else "not measured"


def measured(measure: MeasureResult, value: float | None, *, signed: bool = False) -> str:
    """A value of a measure, with as many decimals as its means have."""
    return amount(value, measure.unit, signed=signed, beside=least_mean(measure.a, measure.b))


def interval_text(measure: MeasureResult) -> str:
    """The 95 % interval of a difference."""
    if measure.interval is None:
        return NONE
    low, high = measure.interval.low, measure.interval.high
    return f"{measured(measure, low, signed=True)} to {measured(measure, high, signed=True)}"


def settle_text(briefs: int | None) -> str:
    """The number of briefs that would settle a measure."""
    return NONE if briefs is None else f"{briefs:,}"


def claims_text(claims: ClaimCounts | None) -> str:
    """How many facts of a brief are kept, of how many."""
    return NONE if claims is None or not claims.total else f"{claims.kept} of {claims.total}"


def name_text(name: str) -> str:
    """The name of a measure in words."""
    return {"usd": "USD", "wall_ms": "wall time"}.get(name, name.replace("_", " "))


def arm_rows(report: EvaluationReport) -> list[tuple[str, str, str]]:
    """The two arms side by side: what, A, B."""
    return [(what, of_a, of_b) for (what, of_a), (_, of_b) in zip(_arm(report.a), _arm(report.b), strict=True)]


def facts(report: EvaluationReport) -> list[tuple[str, str]]:
    """What the evaluation was, as name and value."""
    found = [
        ("briefs", f"{report.briefs:,}"),
        ("pairs", f"{report.pairs:,}"),
        ("brief set", report.brief_set or "the caller's"),
        ("judge", report.judge),
        ("rubric", report.rubric_version or NONE),
    ]
    if report.briefs_to_settle is not None:
        found.append(("briefs that would settle it", settle_text(report.briefs_to_settle)))
    if report.stopped is not None:
        found.append(("stopped", report.stopped))
    return found


def _arm(arm: ArmSummary) -> list[tuple[str, str]]:
    return [
        ("method", arm.method.replace("_", " ")),
        ("variant", NONE if arm.variant is None else f"{arm.variant.name} ({arm.variant.hash})"),
        ("settings", arm.config_hash),
        ("runs", f"{arm.runs:,}"),
        ("passed", f"{arm.active:,}"),
        ("flagged", f"{arm.flagged:,}"),
        ("failed", f"{arm.failed:,}"),
        ("USD of the runs", amount(arm.usd, "USD")),
        ("USD of the judge", amount(arm.judge_usd, "USD")),
        ("USD of the replies to scenarios", amount(arm.reply_usd, "USD")),
        ("tokens", f"{arm.tokens:,}"),
        ("mean wall time", amount(arm.wall_ms_mean, "ms")),
    ]
