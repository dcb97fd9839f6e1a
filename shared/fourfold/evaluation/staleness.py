"""Staleness: when an evaluation whose status is `running` is considered lost, so that none stays `running` for ever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.pipeline.staleness import MAX_SILENCE
from fourfold.progress.log import LogEntry

# The timeout of an execution. The longest evaluation, 10,000 pairs of two minutes, four at a time, takes 84 hours; with
# twenty replies to scenarios, of three seconds each, it takes 126.
MAX_DURATION: Final = timedelta(days=7)
# Nothing works on one that began longer ago: its execution has timed out, also if it was started late.
MAX_LIFE: Final = 2 * (MAX_DURATION + MAX_SILENCE)


def has_begun(entries: Sequence[LogEntry]) -> bool:
    """Whether the log of an evaluation's run shows that its execution was started."""
    return any(entry.event.type != "run.started" for entry in entries)


def is_lost(evaluation: Evaluation, entries: Sequence[LogEntry], now: datetime) -> bool:
    """Whether nothing works on a running evaluation.

    An execution logs its beginning at once; one that has logged nothing for `MAX_SILENCE` was never started. Once it
    has begun, the log may be silent while pairs wait for slots, so only its timeout ends the wait.
    """
    last_entry_at = entries[-1].at if entries else evaluation.created_at
    patience = MAX_SILENCE + (MAX_DURATION if has_begun(entries) else timedelta())
    return evaluation.status is EvaluationStatus.RUNNING and now - last_entry_at > patience
