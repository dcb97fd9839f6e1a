"""The offline judge on the labelled set: no worse than it was measured to be."""

from __future__ import annotations

from benchmarks.provocation import OFFLINE, judged
from benchmarks.report import Report


def test_the_offline_judge_finds_most_failures_and_clears_most_passes() -> None:
    report = Report("judge")
    judged(report, OFFLINE)
    figures = {row["what"].rsplit(": ", 1)[1]: row["value"] for row in report.rows}
    assert figures["sensitivity"] >= 0.75
    assert figures["specificity"] >= 0.85
