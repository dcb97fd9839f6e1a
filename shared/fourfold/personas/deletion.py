"""Deleting a persona with everything it owns, whatever is running on around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaDeleted
from fourfold.jobs.job import job_name
from fourfold.persona import Persona
from fourfold.pipeline.run_context import RunIdentity
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.problem import Problem, problem
from fourfold.progress.events import JobFailed, PipelineFailed
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus

DELETED: Problem = problem(
    "persona_deleted", "The persona is deleted", 409, "Its run was ended when the persona was deleted."
)
MAX_ATTEMPTS = 5


class DeletionStore(Protocol):
    """Where personas are removed from, in steps that may be repeated."""

    def begin(self, stored: StoredPersona, event: Any) -> None:  # noqa: ANN401 - the storage's own kind of write
        """Removes the persona itself; raises ChangedMeanwhileError unless it stands as it was stored."""

    def runs(self, workspace_id: str, persona_id: str) -> frozenset[str] | None:
        """The runs of a persona whose deletions has begun; None if none has."""

    def remove_run(self, workspace_id: str, persona_id: str, run_id: str) -> None:
        """Removes a run's record."""

    def finish(self, workspace_id: str, persona_id: str) -> None:
        """Removes the rest."""


@dataclass(frozen=True)
class PersonaDeleter:
    """What a deletion needs. `clear_log(run, after_end)` empties a run's log; `after_end` keeps the terminal entry.

    `outbox(entry)` makes the write that hands an event over.
    """

    stored_persona: Callable[[str, str], StoredPersona | None]
    run: Callable[[str, str], Run | None]
    deletions: DeletionStore
    log_of: Callable[[RunIdentity], RunLog]
    clear_log: Callable[[RunIdentity, bool], None]
    outbox: Callable[[dict[str, Any]], Any]
    clock: Callable[[], datetime]


def delete_persona(
    workspace_id: str,
    persona_id: str,
    deleter: PersonaDeleter,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> bool:
    """Deletes the persona; finishes a deletion that was cut off.

    Args:
        workspace_id: whose it must be.
        persona_id: which.
        deleter: what it takes.
        precondition: raises if the persona, as it stands, is not the one the caller meant.

    Returns:
        False if there is no such persona.
    """
    for _ in range(MAX_ATTEMPTS):
        stored = deleter.stored_persona(workspace_id, persona_id)
        if stored is None:
            break
        precondition(stored.persona)
        try:
            deleter.deletions.begin(stored, deleter.outbox(_deleted_entry(stored.persona, deleter.clock())))
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
    deleter.deletions.finish(workspace_id, persona_id)
    return True


def _delete_run(workspace_id: str, persona_id: str, run_id: str, deleter: PersonaDeleter) -> None:
    """Removes a run. One that is running leaves the end of its log behind, at which its next step stops.

    The function that ends the execution finds no run any more and removes that last entry too; of a job, the function
    that gets its order.
    """
    run = deleter.run(workspace_id, run_id)
    now = deleter.clock()
    identity = RunIdentity(
        run_id=run_id, persona_id=persona_id, workspace_id=workspace_id, started_at=run.started_at if run else now
    )
    running = run is not None and run.status is RunStatus.RUNNING
    if run is not None and running:
        duration_ms = max(0, round((now - identity.started_at).total_seconds() * 1000))
        deleter.log_of(identity).append(_terminal_event(run, duration_ms))
    deleter.clear_log(identity, running)
    deleter.deletions.remove_run(workspace_id, persona_id, run_id)


def _terminal_event(run: Run, duration_ms: int) -> PipelineFailed | JobFailed:
    if run.kind is RunKind.GENERATION:
        return PipelineFailed(problem=DELETED, duration_ms=duration_ms)
    return JobFailed(kind=job_name(run.kind), problem=DELETED, duration_ms=duration_ms)


def _deleted_entry(persona: Persona, at: datetime) -> dict[str, Any]:
    event = PersonaDeleted(persona_id=persona.id)
    return bus_entry(event, workspace_id=persona.workspace_id, correlation_id=persona.id, occurred_at=at)
