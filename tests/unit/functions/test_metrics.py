"""The lines that CloudWatch reads as metrics."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fourfold.progress.measurements import Measurement
from functions.metrics import record


@pytest.fixture(autouse=True)
def _stage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_STAGE", "prod")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "progress_push")


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_measurements_of_the_same_dimensions_share_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    record(
        [
            Measurement("StepDuration", 1200, "Milliseconds", {"step": "soul_draft"}),
            Measurement("RunFailed", 0),
            Measurement("StepDuration", 800, "Milliseconds", {"step": "soul_draft"}),
            Measurement("RunFailed", 1),
        ]
    )
    step, run = lines(capsys)
    assert (step["StepDuration"], step["step"], step["service"]) == ([1200, 800], "soul_draft", "fourfold-prod")
    [directive] = step["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "fourfold"
    assert [set(names) for names in directive["Dimensions"]] == [{"service", "step"}]
    assert directive["Metrics"] == [{"Name": "StepDuration", "Unit": "Milliseconds"}]
    assert run["RunFailed"] == [0, 1]
    assert [set(names) for names in run["_aws"]["CloudWatchMetrics"][0]["Dimensions"]] == [{"service"}]


def test_no_line_has_more_values_than_cloudwatch_reads(capsys: pytest.CaptureFixture[str]) -> None:
    record(Measurement("CostUsd", 0.01, "None") for _ in range(250))
    assert [len(line["CostUsd"]) for line in lines(capsys)] == [100, 100, 50]


def test_nothing_measured_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    record([])
    assert capsys.readouterr().out == ""
