"""When a run that is still `running` counts as lost: no run is generating for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fourfold.config.models import MAX_TIMEOUT_S
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run, RunStatus

# A step logs when it begins and when it is done. Between lies one function's life (two model calls of the longest kind
# and time to write), which the state machine repeats after a fault of Lambda. After two of them without an entry a run
# is lost.
LONGEST_STEP = timedelta(seconds=2 * MAX_TIMEOUT_S + 60)
QUIET_LIMIT = 2 * LONGEST_STEP + timedelta(minutes=2)

# A state machine logs its first step well within this; after it, starting the execution again does no harm.
START_GRACE = timedelta(seconds=10)


def may_be_lost(since: datetime, now: datetime) -> bool:
    """Whether something that began at `since` is old enough to look closer."""
    return now - since > QUIET_LIMIT


def is_lost(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether the run is `running` but its log has had no entry for longer than any step takes."""
    heard = entries[-1].at if entries else run.started_at
    return run.status is RunStatus.RUNNING and may_be_lost(heard, now)


def never_started(run: Run, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether the run was stored but its state machine seems not to have been started (a crash in between)."""
    silent = all(entry.happening.type == "run.started" for entry in entries)
    return run.status is RunStatus.RUNNING and silent and now - run.started_at > START_GRACE
