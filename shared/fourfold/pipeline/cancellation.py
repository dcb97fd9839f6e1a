"""Cancellation: what a run's log says of it, and the problem that a cancelled run ends with.

A cancellation is an entry of the log. It takes the number of the entry that a writer would write next, so a step
or a job that begins reads it, as does a step that completes; before each further call of a step the log is read
anyway. So no call is sent after a cancellation, and a call in progress is completed and counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from fourfold.problem import Problem, problem
from fourfold.progress.events import JobStarted, RunCancelling, StepCompleted, StepFailed, StepStarted
from fourfold.progress.log import LogEntry
from fourfold.progress.run import Run

CANCELLED: Problem = problem(
    "run_cancelled", "The run was cancelled", 409, "Its calls so far were paid. Start it again to get its result."
)


def with_cancellation(run: Run, entries: Sequence[LogEntry]) -> Run:
    """The run with the time of its cancellation, if the log has one."""
    at = next((entry.at for entry in entries if isinstance(entry.event, RunCancelling)), None)
    return run if at is None else run.model_copy(update={"cancel_requested_at": at})


def is_working(entries: Sequence[LogEntry]) -> bool:
    """Whether a step or a job that began before the cancellation may have a call in progress, or may end the run."""
    working = False
    for entry in entries:
        match entry.event:
            case StepStarted() | JobStarted():
                working = True
            case StepCompleted() | StepFailed():
                working = False
    return working
