"""When a running evaluation is lost."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.staleness import MAX_DURATION, is_lost
from fourfold.pipeline.staleness import MAX_SILENCE
from fourfold.progress.events import JobProgress, JobStarted, RunEvent, RunStarted
from fourfold.progress.log import LogEntry
from tests.builders import START

SECOND = timedelta(seconds=1)
BEGUN = (JobStarted(kind="evaluation"), JobProgress(kind="evaluation", done=1, total=2))


def _evaluation(status: EvaluationStatus = EvaluationStatus.RUNNING) -> Evaluation:
    what_counts: dict[str, Any] = {"status": status, "created_at": START}
    return Evaluation.model_construct(**what_counts)


def _log(*events: RunEvent) -> list[LogEntry]:
    """The log with an event in each minute."""
    return [
        LogEntry(seq, START + seq * timedelta(minutes=1), "run_x", None, each) for seq, each in enumerate(events, 1)
    ]


@pytest.mark.parametrize(
    ("log", "patience"),
    [
        ([], MAX_SILENCE),
        (_log(RunStarted()), MAX_SILENCE),
        (_log(RunStarted(), *BEGUN), MAX_SILENCE + MAX_DURATION),
    ],
    ids=["stored", "announced", "begun"],
)
def test_one_that_never_began_is_lost_sooner_than_one_that_works(log: list[LogEntry], patience: timedelta) -> None:
    heard = log[-1].at if log else START
    assert not is_lost(_evaluation(), log, heard + patience)
    assert is_lost(_evaluation(), log, heard + patience + SECOND)


@pytest.mark.parametrize("status", [each for each in EvaluationStatus if each is not EvaluationStatus.RUNNING])
def test_one_that_has_ended_is_not_lost(status: EvaluationStatus) -> None:
    assert not is_lost(_evaluation(status), [], START + 10 * MAX_DURATION)
