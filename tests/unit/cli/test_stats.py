"""`fourfold stats`: the numbers of runs, from their events."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest

from fourfold.cli.client import Client
from fourfold.cli.stats import collected, events_of_newest, percentile, show
from fourfold.cli.terminal import SafeConsole
from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import PersonaStatus
from fourfold.pipeline.new_run import new_run
from fourfold.progress.events import AuditScored, PipelineCompleted, PipelineFailed, RunEvent, StepCompleted
from tests.builders import BRIEF, START
from tests.unit.progress.run_events import EXAMPLES, PROBLEM

RUNS: dict[str, tuple[RunEvent, ...]] = {
    "run_flagged": (*EXAMPLES[:10], PipelineCompleted(status=PersonaStatus.FLAGGED, duration_ms=40_000)),
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
    text = printed(events_of_newest(cast("Client", Api()), 20))
    head, durations, *_ = text.splitlines()
    assert head == "2 runs, 50% failed, 100% flagged, 1 audit retries, $0.0200"
    assert durations == "run duration: 2.0 s, 40.0 s"
    rows = [line.split() for line in text.splitlines()]
    assert ["soul_draft", "1", "1.2", "s,", "1.2", "s", "1", "1", "1"] in rows
    assert ["openai", "2", "0.2", "s,", "0.2", "s", "2", "246", "100", "0.0000"] in rows
    assert ["anthropic", "1", "0.9", "s,", "0.9", "s", "0", "123", "50", "0.0200"] in rows


def test_without_a_run_it_says_so() -> None:
    assert printed([]) == "No run has ended yet.\n"
    assert printed([event for event in EXAMPLES if isinstance(event, StepCompleted | AuditScored)]) == (
        "No run has ended yet.\n"
    )


@pytest.mark.parametrize(("values", "share", "rank"), [([3, 1, 2], 0.5, 2), ([3, 1, 2], 0.99, 3), ([7], 0.5, 7)])
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, rank: float) -> None:
    assert percentile(values, share) == rank
