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
