"""Staleness: when a run whose status is `running` is considered lost, so that no run stays `running` for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fourfold.config.models import MAX_TIMEOUT_S
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunStatus

# A step logs when it starts and when it completes. Between the two, one invocation makes at most two model calls of the
# maximum duration and writes its results. The state machine repeats an invocation after a fault of Lambda. A longer
# silence than two invocations means that nothing works on the run.
MAX_STEP_DURATION = timedelta(seconds=2 * MAX_TIMEOUT_S + 60)
MAX_SILENCE = 2 * MAX_STEP_DURATION + timedelta(minutes=2)

# An execution logs its first step well within this time. A run without that entry was probably never started.
START_GRACE = timedelta(seconds=10)


def may_be_stale(since: datetime, now: datetime) -> bool:
    """Whether something that started at `since` is old enough that it may be stale, without reading its log."""
    return now - since > MAX_SILENCE


def is_stale(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether the run is `running` but has logged nothing for `MAX_SILENCE` (32 minutes)."""
    last_entry_at = entries[-1].at if entries else run.started_at
    return run.status is RunStatus.RUNNING and may_be_stale(last_entry_at, now)


def shows_no_work(run: Run, entries: Sequence[LogEntry]) -> bool:
    """Whether the run is `running` and no step of it has begun: its execution may not have been started."""
    return run.status is RunStatus.RUNNING and all(entry.event.type == "run.started" for entry in entries)


def never_started(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether the run is stored but its execution was probably never started, because of a crash in between."""
    return shows_no_work(run, entries) and now - run.started_at > START_GRACE
