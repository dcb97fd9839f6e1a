"""When a run is lost, and when it never started."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.pipeline.new_run import new_run
from fourfold.pipeline.staleness import MAX_SILENCE, MAX_STEP_DURATION, is_stale, never_started
from fourfold.progress.events import RunEvent, RunStarted, StepStarted
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunStatus
from fourfold.steps import StepName
from infra.constructs.pipeline_definition import STEP_TIMEOUT_S
from tests.builders import BRIEF, START

SECOND = timedelta(seconds=1)


def _run(status: RunStatus = RunStatus.RUNNING) -> Run:
    return new_run(BRIEF, "ws_test", RunSettings(EngineConfig()), START).run.model_copy(update={"status": status})


def _log(*seconds: float) -> list[LogEntry]:
    events: list[RunEvent] = [RunStarted(), StepStarted(step=StepName.INTENT_PARSE, attempt=1)]
    return [
        LogEntry(seq, START + second * SECOND, "run_x", "per_x", events[min(seq, 2) - 1])
        for seq, second in enumerate(seconds, 1)
    ]


@pytest.mark.parametrize("log", [[], _log(0), _log(0, 1)])
def test_silence_beyond_the_limit_is_a_lost_run(log: list[LogEntry]) -> None:
    heard = log[-1].at if log else START
    assert not is_stale(_run(), log, heard + MAX_SILENCE)
    assert is_stale(_run(), log, heard + MAX_SILENCE + SECOND)


@pytest.mark.parametrize("status", [RunStatus.COMPLETED, RunStatus.FAILED])
def test_a_run_that_is_over_is_never_lost(status: RunStatus) -> None:
    assert not is_stale(_run(status), [], START + 10 * MAX_SILENCE)
    assert not never_started(_run(status), [], START + 10 * MAX_SILENCE)


def test_a_run_that_talks_is_not_lost_however_long_it_takes() -> None:
    hours = 3 * 3600
    assert not is_stale(_run(), _log(0, hours), START + (hours + 60) * SECOND)


def test_the_limit_covers_a_step_that_the_state_machine_repeats() -> None:
    assert timedelta(seconds=STEP_TIMEOUT_S) <= MAX_STEP_DURATION
    assert 2 * MAX_STEP_DURATION < MAX_SILENCE


def test_a_run_without_a_step_has_not_started_after_a_moment_of_grace() -> None:
    assert not never_started(_run(), _log(0), START + 5 * SECOND)
    assert never_started(_run(), _log(0), START + 11 * SECOND)
    assert never_started(_run(), [], START + 11 * SECOND)
    assert not never_started(_run(), _log(0, 1), START + 11 * SECOND)
