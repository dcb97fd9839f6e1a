"""The start of the local engine: the first one in a new home (synth and deploy) beside later ones."""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.report import Report
from benchmarks.server import served

LATER_STARTS = 5


def measure() -> Report:
    """One first start, then five without changes."""
    report = Report("start")
    with tempfile.TemporaryDirectory(prefix="fourfold-bench-") as folder:
        times = []
        for _ in range(1 + LATER_STARTS):
            with served(Path(folder)) as stack:
                times.append(stack.start_ms)
    first = report.timing("first start (synth, deploy)", times[:1], "the alternative: no kept state")
    later = report.timing("later start, nothing changed", times[1:])
    report.figure("first / later", first / later, "ratio")
    return report


if __name__ == "__main__":
    measure().publish()
