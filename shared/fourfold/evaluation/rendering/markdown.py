"""The report as Markdown (GitHub's), for a pull request or a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from fourfold.evaluation.amounts import NONE, amount
from fourfold.evaluation.models import EvaluationReport, MeasureResult
from fourfold.evaluation.rendering.figures import (
    NO_ROWS,
    arm_rows,
    claims_text,
    clean,
    facts,
    interval_text,
    measured,
    name_of_test,
    name_text,
    p_text,
    preferred_text,
    score_text,
    settle_text,
    verdict_text,
)

_MEASURES = ("measure", "A", "B", "B - A", "95 % interval", "n", "p", "margin", "verdict", "briefs to settle")
# A comment on GitHub has at most 65,536 characters: with so many rows and any excerpts the report has fewer.
_MOST_ROWS = 100
_ROWS = ("brief", "text", "A", "B", "B - A", "preferred", "facts kept by A", "by B")


def markdown(report: EvaluationReport) -> str:
    """The report as Markdown. Texts of callers are code spans: no markup and no link of theirs is read."""
    parts = [
        f"# Evaluation: B is {report.verdict}"
        if report.verdict in {"better", "worse"}
        else f"# Evaluation: {report.verdict}",
        f"A is {code(report.a.label)}, B is {code(report.b.label)}. {report.reason}",
        _table(
            ("", ""),
            [(name, code(value) if name in {"judge", "brief set"} else value) for name, value in facts(report)],
        ),
        "## Measures",
        _table(_MEASURES, [_measure(measure) for measure in report.measures]),
        "Measures in bold count for the verdict; their p is corrected by Holm.",
        "## Arms",
        _table(("", "A", "B"), [(what, code(a), code(b)) for what, a, b in arm_rows(report)]),
        *(["## Notes", "\n".join(f"- {code(note)}" for note in report.notes)] if report.notes else []),
        "## Briefs",
        _table(_ROWS, _rows(report)) if report.rows else NO_ROWS,
        *([f"The first {_MOST_ROWS} of {len(report.rows)} rows; HTML and JSON have all of them."] * _is_cut(report)),
    ]
    return "\n\n".join(parts) + "\n"


def code(text: str) -> str:
    """A text as a code span that also holds in a table."""
    line = " ".join(clean(text).split()) or NONE
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}".replace("|", "\\|")


def _measure(measure: MeasureResult) -> Sequence[str]:
    name = name_text(measure.name)
    return (
        f"**{name}**" if measure.counts else name,
        measured(measure, measure.a),
        measured(measure, measure.b),
        measured(measure, measure.difference, signed=True),
        interval_text(measure),
        f"{measure.n:,}",
        NONE if measure.p is None else f"{p_text(measure)} ({name_of_test(measure)})",
        measured(measure, measure.margin),
        verdict_text(measure),
        settle_text(measure.briefs_to_settle),
    )


def _is_cut(report: EvaluationReport) -> bool:
    return len(report.rows) > _MOST_ROWS


def _rows(report: EvaluationReport) -> Iterable[Sequence[str]]:
    for row in report.rows[:_MOST_ROWS]:
        a, b = row.a, row.b
        yield (
            row.id,
            code(row.excerpt),
            score_text(a),
            score_text(b),
            amount(row.difference, "points", signed=True),
            preferred_text(row.preference),
            claims_text(a.claims) if a else NONE,
            claims_text(b.claims) if b else NONE,
        )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)
