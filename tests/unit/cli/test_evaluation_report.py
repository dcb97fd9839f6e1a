"""An evaluation in a terminal, and its exit code; what one pair can show."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from fourfold.cli.evaluation_report import show_evaluation, verdict_code
from functions.api.evaluations.examples import examples


def _evaluation(**report: Any) -> dict[str, Any]:
    found: dict[str, Any] = examples()["EvaluationDocument"]
    return {**found, "report": {**found["report"], **report}}


@pytest.mark.parametrize(("verdict", "code"), [("better", 0), ("equivalent", 0), ("worse", 2), ("inconclusive", 3)])
def test_the_exit_code_is_that_of_the_verdict(verdict: str, code: int) -> None:
    assert verdict_code(_evaluation(verdict=verdict)) == code


def test_a_failed_evaluation_is_an_error() -> None:
    assert verdict_code({**_evaluation(verdict="inconclusive"), "status": "failed"}) == 1


def test_the_verdict_and_each_measure_with_its_interval_are_shown() -> None:
    out = io.StringIO()
    show_evaluation(_evaluation(), Console(file=out, width=140))
    text = out.getvalue()
    assert "A: six steps   B: one call" in text
    assert "inconclusive" in text
    assert "claims kept" in text
    assert "2 of 2 pairs, $0.2100 in all" in text


def test_measures_have_their_units_and_say_what_was_not_measured() -> None:
    shown = dict.fromkeys(("interval", "test", "briefs_to_settle", "equivalence_p"), None)
    none = {**shown, "a": None, "b": None, "difference": None, "p": None, "n": 0, "verdict": "inconclusive"}
    some = {**shown, "n": 1200, "p": 0.00001, "adjusted_p": 0.0, "counts": True, "verdict": "better"}
    measures = [
        {**none, "name": "overall", "unit": "points of 5", "adjusted_p": 1.0, "counts": True},
        {**some, "name": "usd", "unit": "USD", "a": 0.00004, "b": 0.00002, "difference": -0.00002},
        {**some, "name": "wall_ms", "unit": "ms", "a": 41_000, "b": 38_000, "difference": -3_000},
        {**some, "name": "passed", "unit": "share of runs", "a": 0.5, "b": 0.75, "difference": 0.25},
    ]
    out = io.StringIO()
    show_evaluation(_evaluation(measures=measures), Console(file=out, width=140))
    rows = {line.split("  ")[0]: line.split() for line in out.getvalue().splitlines()}
    assert rows["overall"][1:] == ["-", "-", "-", "-", "0", "-", "not", "measured"]
    assert rows["usd"][1:] == ["0.000040", "0.000020", "-0.000020", "-", "1,200", "<", "0.001", "better"]
    assert rows["wall ms"][2:8] == ["41.0", "s", "38.0", "s", "-3.0", "s"]
    assert rows["passed"][1:7] == ["50.0", "%", "75.0", "%", "+25.0", "%"]
