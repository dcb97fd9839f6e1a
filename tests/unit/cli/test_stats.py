"""`fourfold stats`: the numbers of runs, from their events."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from fourfold.cli.client import Client
from fourfold.cli.stats import (
    collected,
    collected_deliveries,
    collected_drift,
    collected_waiting,
    events_of_jobs,
    events_of_newest,
    percentile,
    show,
)
from fourfold.cli.terminal import SafeConsole
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import PersonaStatus, TokenUsage
from fourfold.pipeline.new_run import new_run
from fourfold.progress.events import (
    AuditScored,
    JobCompleted,
    JobFailed,
    PipelineCompleted,
    PipelineFailed,
    RunEvent,
    StepCompleted,
)
from tests.builders import BRIEF, START
from tests.unit.progress.run_events import EXAMPLES, PROBLEM

RUNS: dict[str, tuple[RunEvent, ...]] = {
    "run_flagged": (*EXAMPLES[:10], PipelineCompleted(status=PersonaStatus.FLAGGED, duration_ms=40_000)),
    "run_quick": (JobCompleted(kind="fingerprint", duration_ms=1_000, tokens=TokenUsage(), cost_usd=None),),
    "run_slow": (JobCompleted(kind="fingerprint", duration_ms=9_000, tokens=TokenUsage(), cost_usd=0.5),),
    "run_broken": (JobFailed(kind="provocation", problem=PROBLEM, duration_ms=100),),
    "run_failed": (PipelineFailed(problem=PROBLEM, duration_ms=2_000),),
}


class Api:
    """Stands for the API: two personas whose runs have ended, and one that is being made."""

    def personas(self, limit: int) -> list[Any]:
        assert limit == 20
        made = new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).persona
        return [
            made.model_copy(update={"run_id": "run_going", "status": PersonaStatus.GENERATING}),
            made.model_copy(update={"run_id": "run_flagged", "status": PersonaStatus.FLAGGED}),
            made.model_copy(update={"run_id": "run_failed", "status": PersonaStatus.FAILED}),
            made.model_copy(update={"run_id": None}),
        ]

    def call(self, method: str, path: str, params: dict[str, Any] | None = None) -> Any:
        assert method == "GET"
        if path == "/v1/runs":
            assert params is not None
            jobs = {
                "fingerprint": [("run_quick", "completed"), ("run_slow", "completed"), ("run_busy", "running")],
                "provocation": [("run_broken", "failed")],
            }
            asked = jobs[params["kind"]]
            if "status" in params:
                asked = [(run, status) for run, status in asked if status == params["status"]]
            a_minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
            return {"data": [{"id": run, "status": status, "started_at": a_minute_ago} for run, status in asked]}
        if path.endswith("/sessions"):
            return {"data": [{"drift": {"alerts": 1, "scored": 20}}, {"drift": {"alerts": 0, "scored": 5}}]}
        if path == "/v1/webhooks":
            return {"data": [{"id": "whk_1"}]}
        assert path == "/v1/webhooks/whk_1/deliveries"
        an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        attempts = (("delivered", 1), ("delivered", 3), ("delivered", 1), ("dead", 10), ("pending", 0))
        return {
            "data": [
                {"status": status, "attempts": [{}] * number, "created_at": an_hour_ago} for status, number in attempts
            ]
        }

    def follow(self, run_id: str) -> Iterator[dict[str, Any]]:
        at = datetime(2026, 11, 27, tzinfo=UTC).isoformat()
        for number, event in enumerate(RUNS[run_id], start=1):
            entry = {"seq": number, "run_id": run_id, "persona_id": "per_1", "at": at}
            yield {**entry, **event.model_dump(mode="json")}


def printed(events: Any) -> str:
    console = SafeConsole(file=io.StringIO(), width=160)
    show(collected(events), console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_numbers_are_those_of_the_runs_that_ended() -> None:
    text = printed(events_of_newest(cast("Client", Api()), Api().personas(20)))
    head, durations, *_ = text.splitlines()
    assert head == "2 runs, 50% failed, 100% flagged, 1 audit retries, $0.0200"
    assert durations == "run duration: 2.0 s, 40.0 s"
    rows = [line.split() for line in text.splitlines()]
    assert ["soul_draft", "1", "1.2", "s,", "1.2", "s", "1", "1", "1"] in rows
    assert ["openai", "2", "0.2", "s,", "0.2", "s", "2", "246", "100", "0.0000"] in rows
    assert ["anthropic", "1", "0.9", "s,", "0.9", "s", "0", "123", "50", "0.0200"] in rows


def test_jobs_drift_and_webhooks_are_counted() -> None:
    client = cast("Client", Api())
    values = collected(events_of_jobs(client, 20))
    values |= collected_waiting(client)
    values |= collected_drift(client, client.personas(20), 20)
    values |= collected_deliveries(client, 20)
    console = SafeConsole(file=io.StringIO(), width=160)
    show(values, console)
    assert isinstance(console.file, io.StringIO)
    lines = [line.split() for line in console.file.getvalue().splitlines()]
    assert ["fingerprint", "2", "1.0", "s,", "9.0", "s", "0%", "1", "60", "s"] in lines
    assert ["provocation", "1", "-", "100%", "0", "-"] in lines
    assert ["drift:", "4", "alerts", "in", "100", "scored", "replies"] in lines
    said = "webhooks: 4 deliveries ended, 25% given up, 11 retries, 1 wait, the oldest for 3600 s"
    assert said.split() in lines


def test_without_a_run_it_says_so() -> None:
    assert printed([]) == "No run has ended yet.\n"
    assert printed([event for event in EXAMPLES if isinstance(event, StepCompleted | AuditScored)]) == (
        "No run has ended yet.\n"
    )


@pytest.mark.parametrize(("values", "share", "rank"), [([3, 1, 2], 0.5, 2), ([3, 1, 2], 0.99, 3), ([7], 0.5, 7)])
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, rank: float) -> None:
    assert percentile(values, share) == rank
