"""Bridge: MiniStack keeps every execution and every log stream in memory for ever."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from ministack.services import cloudwatch_logs, stepfunctions

from infra.local.bridges.retention import EXECUTIONS_KEPT, HISTORIES_KEPT, STREAMS_KEPT, forget_old_history


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    yield
    stepfunctions.reset()
    cloudwatch_logs.reset()


def test_the_newest_finished_executions_and_all_running_ones_stay() -> None:
    executions = stepfunctions._executions  # noqa: SLF001 - no call adds a finished one
    executions["running"] = {"status": "RUNNING", "startDate": "2026-01-01T00:00:00.000Z"}
    for number in range(EXECUTIONS_KEPT + 5):
        stamp = f"2026-01-02T00:{number // 60:02}:{number % 60:02}.000Z"
        executions[f"done-{number}"] = {"status": "SUCCEEDED", "startDate": stamp, "events": [{}]}

    forget_old_history()

    assert len(list(executions)) == EXECUTIONS_KEPT + 1
    assert "running" in executions
    assert "done-4" not in executions
    assert "done-5" in executions
    assert len([key for key in executions if executions[key].get("events")]) == HISTORIES_KEPT


def test_the_newest_streams_of_a_log_group_stay() -> None:
    streams: dict[str, object] = {f"stream-{number}": {"events": []} for number in range(STREAMS_KEPT + 3)}
    cloudwatch_logs._log_groups["/aws/lambda/step"] = {"streams": streams}  # noqa: SLF001

    forget_old_history()

    assert len(streams) == STREAMS_KEPT
    assert "stream-2" not in streams
    assert f"stream-{STREAMS_KEPT + 2}" in streams
