"""Numbers, names and texts of a report as a reader sees them."""

from __future__ import annotations

import re
from typing import Final

from fourfold.evaluation.models import ArmSummary, ClaimCounts, EvaluationReport, MeasureResult

NONE: Final = "-"
_LEAST_P: Final = 0.001
_MS: Final = 1000
# Characters that XML 1.0 does not allow, and those that change the direction of the text around them.
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """The text with U+FFFD for each character that a document must not contain."""
    return _ILLEGAL.sub("\ufffd", text)


def amount(value: float | None, unit: str, *, signed: bool = False) -> str:
    """A value in its unit; a share as a percentage, without the unit's words."""
    if value is None:
        return NONE
    sign = "+" if signed else ""
    match unit:
        case "USD":
            return f"{value:{sign}.4f}"
        case "tokens":
            return f"{value:{sign},.0f}"
        case "ms":
            return f"{value / _MS:{sign}.1f} s"
        case _ if unit.startswith("share"):
            return f"{100 * value:{sign}.1f} %"
        case _:
            return f"{value:{sign}.2f}"


def interval_text(measure: MeasureResult) -> str:
    """The 95 % interval of a difference."""
    if measure.interval is None:
        return NONE
    low, high = measure.interval.low, measure.interval.high
    return f"{amount(low, measure.unit, signed=True)} to {amount(high, measure.unit, signed=True)}"


def probability(p: float | None) -> str:
    """A p-value."""
    if p is None:
        return NONE
    return f"< {_LEAST_P}" if p < _LEAST_P else f"{p:.3f}"


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
