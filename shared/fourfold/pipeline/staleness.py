"""When a run that still says `running` is lost: no run is generating for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunStatus

# A step logs when it begins and when it is done. Between lies one function's life (two model calls of at most 240 s
# and time to write), which the state machine repeats after a fault of Lambda. Silence beyond two of them is death.
LONGEST_STEP = timedelta(seconds=2 * 240 + 60)
QUIET_LIMIT = 2 * LONGEST_STEP + timedelta(minutes=2)

# A state machine logs its first step well within this; after it, starting the execution again does no harm.
START_GRACE = timedelta(seconds=10)


def may_be_stale(since: datetime, now: datetime) -> bool:
    """Whether something that began at `since` is old enough to look closer."""
    return now - since > QUIET_LIMIT


def is_stale(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether nobody works on the run any more: it should, and has said nothing for twenty minutes."""
    last_entry_at = entries[-1].at if entries else run.started_at
    return run.status is RunStatus.RUNNING and may_be_stale(last_entry_at, now)


def never_started(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether the run was stored but its state machine seems not to have been started (a crash in between)."""
    only_started = all(entry.happening.type == "run.started" for entry in entries)
    return run.status is RunStatus.RUNNING and only_started and now - run.started_at > START_GRACE
