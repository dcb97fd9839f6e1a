"""Deleting a persona with everything it owns, whatever is going on around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaDeleted
from fourfold.jobs.job import job_name
from fourfold.persona import Persona
from fourfold.pipeline.lifecycle import RunIdentity
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.problem import Problem, problem
from fourfold.progress.events import JobFailed, PipelineFailed
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run, RunKind, RunStatus

DELETED: Problem = problem(
    "persona_deleted", "The persona is deleted", 409, "Its run was ended when the persona was deleted."
)
_ROUNDS = 5


class DeletionStore(Protocol):
    """Where personas are removed from, in steps that may be repeated."""

    def begin(self, held: StoredPersona, entry: dict[str, Any]) -> None:
        """Removes the persona itself and hands `entry` to the bus.

        Raises:
            ConcurrentChangeError: the persona is no longer as it was held.
        """

    def runs(self, workspace_id: str, persona_id: str) -> frozenset[str] | None:
        """The runs of a persona whose removal has begun; None if none has."""

    def remove_run(self, workspace_id: str, persona_id: str, run_id: str) -> None:
        """Removes a run's record."""

    def finish(self, workspace_id: str, persona_id: str) -> None:
        """Removes the rest."""


@dataclass(frozen=True)
class PersonaDeleter:
    """What a deletion needs. `clear(run, after_end)` empties a run's log; `after_end` keeps the terminal entry."""

    held: Callable[[str, str], StoredPersona | None]
    run: Callable[[str, str], Run | None]
    removal: DeletionStore
    log_of: Callable[[RunIdentity], RunLog]
    clear: Callable[[RunIdentity, bool], None]
    clock: Callable[[], datetime]


def delete_persona(
    workspace_id: str, persona_id: str, undertaker: PersonaDeleter, agreed: Callable[[Persona], None] = lambda _: None
) -> bool:
    """Deletes the persona; finishes a deletion that was cut off.

    Args:
        workspace_id: whose it must be.
        persona_id: which.
        undertaker: what it takes.
        agreed: raises if the persona, as it stands, is not the one the caller meant.

    Returns:
        False if there is no such persona.
    """
    for _ in range(_ROUNDS):
        held = undertaker.held(workspace_id, persona_id)
        if held is None:
            break
        agreed(held.persona)
        try:
            undertaker.removal.begin(held, _told(held.persona, undertaker.clock()))
        except ConcurrentChangeError:
            continue
        break
    else:
        raise ConcurrentChangeError
    runs = undertaker.removal.runs(workspace_id, persona_id)
    if runs is None:
        return False
    for run_id in sorted(runs):
        _end(workspace_id, persona_id, run_id, undertaker)
    undertaker.removal.finish(workspace_id, persona_id)
    return True


def _end(workspace_id: str, persona_id: str, run_id: str, undertaker: PersonaDeleter) -> None:
    """Removes a run. One that is going leaves the end of its log behind, at which its next step stops.

    The function that ends the execution finds no run any more and removes that last entry too; of a job, the function
    that gets its order.
    """
    run = undertaker.run(workspace_id, run_id)
    now = undertaker.clock()
    who = RunIdentity(
        run_id=run_id, persona_id=persona_id, workspace_id=workspace_id, started_at=run.started_at if run else now
    )
    going = run is not None and run.status is RunStatus.RUNNING
    if run is not None and going:
        duration_ms = max(0, round((now - who.started_at).total_seconds() * 1000))
        undertaker.log_of(who).append(_end_of(run, duration_ms))
    undertaker.clear(who, going)
    undertaker.removal.remove_run(workspace_id, persona_id, run_id)


def _end_of(run: Run, duration_ms: int) -> PipelineFailed | JobFailed:
    if run.kind is RunKind.GENERATION:
        return PipelineFailed(problem=DELETED, duration_ms=duration_ms)
    return JobFailed(kind=job_name(run.kind), problem=DELETED, duration_ms=duration_ms)


def _told(persona: Persona, at: datetime) -> dict[str, Any]:
    event = PersonaDeleted(persona_id=persona.id)
    return bus_entry(event, workspace_id=persona.workspace_id, correlation_id=persona.id, occurred_at=at)
