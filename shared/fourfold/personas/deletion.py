"""Deletes a persona with everything it owns, also while one of its runs is in progress.

1. One transaction deletes the persona itself, stores a marker, and puts `persona.deleted` into
   the outbox. From then on it is gone for every reader.
2. The log and the record of each run are deleted, then everything else, the marker last. If this is interrupted, a
   repeated request finds the marker and finishes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaDeleted
from fourfold.jobs.job import job_name
from fourfold.persona import Persona
from fourfold.pipeline.bus_entries import run_duration_ms
from fourfold.pipeline.run_context import RunIdentity
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.problem import Problem, problem
from fourfold.progress.events import JobFailed, PipelineFailed
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunStatus

DELETED: Problem = problem(
    "persona_deleted", "The persona was deleted", 409, "The run ended because its persona was deleted."
)
MAX_ATTEMPTS = 5


class DeletionStore(Protocol):
    """Deletes what the Personas table holds of a persona. Every step may be repeated."""

    def begin(self, stored: StoredPersona, entry: dict[str, Any]) -> None:
        """Deletes the persona itself and stores the marker and the `entry` for the bus.

        Raises:
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """

    def runs(self, workspace_id: str, persona_id: str) -> frozenset[str] | None:
        """Returns the ids of the runs of a persona whose deletion has begun; None if none has."""

    def remove_run(self, workspace_id: str, persona_id: str, run_id: str) -> None:
        """Deletes the record of a run."""

    def finish(self, workspace_id: str, persona_id: str) -> None:
        """Deletes the rest, the marker last."""


@dataclass(frozen=True)
class PersonaDeleter:
    """The dependencies of a deletion.

    `clear_log(run, keep_end)` deletes a run's log, except its terminal entry if `keep_end` is true.
    `erase_settings(workspace_id, persona_id)` deletes the persona's own settings with their history.
    """

    stored_persona: Callable[[str, str], StoredPersona | None]
    run: Callable[[str, str], Run | None]
    deletions: DeletionStore
    log_of: Callable[[RunIdentity], RunLog]
    clear_log: Callable[[RunIdentity, bool], None]
    erase_settings: Callable[[str, str], None]
    clock: Callable[[], datetime]


def delete_persona(
    workspace_id: str,
    persona_id: str,
    deleter: PersonaDeleter,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> bool:
    """Deletes a persona, or finishes an interrupted deletion.

    Args:
        workspace_id: the workspace of the persona.
        persona_id: the persona.
        deleter: stores and clock.
        precondition: raises if the stored persona is not the one that the caller expects (If-Match).

    Returns:
        False if the workspace has no such persona.

    Raises:
        ConcurrentChangeError: the persona was changed concurrently at every attempt.
    """
    for _ in range(MAX_ATTEMPTS):
        stored = deleter.stored_persona(workspace_id, persona_id)
        if stored is None:
            break
        precondition(stored.persona)
        try:
            deleter.deletions.begin(stored, _deleted_entry(stored.persona, deleter.clock()))
        except ConcurrentChangeError:
            continue
        break
    else:
        raise ConcurrentChangeError
    runs = deleter.deletions.runs(workspace_id, persona_id)
    if runs is None:
        return False
    for run_id in sorted(runs):
        _delete_run(workspace_id, persona_id, run_id, deleter)
    deleter.erase_settings(workspace_id, persona_id)
    deleter.deletions.finish(workspace_id, persona_id)
    return True


def _delete_run(workspace_id: str, persona_id: str, run_id: str, deleter: PersonaDeleter) -> None:
    """Deletes a run and its log.

    Of a run in progress, the terminal entry of the log stays: the next step of the run reads it and stops. The function
    that ends the execution (or, for a job, that receives its message) then finds no run and deletes that entry too.
    """
    run = deleter.run(workspace_id, run_id)
    now = deleter.clock()
    identity = RunIdentity(
        run_id=run_id, persona_id=persona_id, workspace_id=workspace_id, started_at=run.started_at if run else now
    )
    running = run is not None and run.status is RunStatus.RUNNING
    if run is not None and running:
        deleter.log_of(identity).append(_terminal_event(run, run_duration_ms(run, now)))
    deleter.clear_log(identity, running)
    deleter.deletions.remove_run(workspace_id, persona_id, run_id)


def _terminal_event(run: Run, duration_ms: int) -> PipelineFailed | JobFailed:
    if run.kind.is_pipeline:
        return PipelineFailed(problem=DELETED, duration_ms=duration_ms)
    return JobFailed(kind=job_name(run.kind), problem=DELETED, duration_ms=duration_ms)


def _deleted_entry(persona: Persona, at: datetime) -> dict[str, Any]:
    event = PersonaDeleted(persona_id=persona.id, metadata=persona.metadata)
    return bus_entry(event, workspace_id=persona.workspace_id, correlation_id=persona.id, occurred_at=at)
