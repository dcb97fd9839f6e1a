"""The identity of a run, and the dependencies of the functions that start and end runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from fourfold.persona import Document
from fourfold.pipeline.state import RunState
from fourfold.pipeline.store import PersonaStore
from fourfold.progress.log import LogEntry, RunLog
from fourfold.progress.run import Run


class RunIdentity(Document):
    """The fields that identify a run when its record cannot be read."""

    run_id: str
    persona_id: str
    workspace_id: str
    started_at: datetime


@dataclass(frozen=True)
class RunContext:
    """The stores and the clock that starting and ending a run need.

    `log_of(identity, seen)` opens a run's event log for a writer that has seen its first `seen` entries. `delete_log`
    deletes the log of a run whose persona was deleted.
    """

    store: PersonaStore
    log_of: Callable[[RunIdentity, int], RunLog]
    entries_of: Callable[[RunIdentity], Iterable[LogEntry]]
    delete_log: Callable[[RunIdentity], None]
    clock: Callable[[], datetime]


def identity_of(run: Run | RunState) -> RunIdentity:
    """Returns the identity of a run, from its record or from its state."""
    return RunIdentity(
        run_id=run.id if isinstance(run, Run) else run.run_id,
        persona_id=run.owner if isinstance(run, Run) else run.persona_id,
        workspace_id=run.workspace_id,
        started_at=run.started_at,
    )
