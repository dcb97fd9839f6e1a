"""Where jobs are kept, as the jobs see it: their state, their runs, their checkpoints and their result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.ids import RunId
from fourfold.jobs.message import JobMessage
from fourfold.persona import Document, Persona
from fourfold.problem import Problem, problem
from fourfold.progress.run import Run, RunKind


class JobStatus(StrEnum):
    """Where a persona's job of one kind stands; `pending` also before anything was stored of it."""

    PENDING = "pending"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class JobState(Document):
    """The newest job of one kind of a persona."""

    status: JobStatus
    run_id: RunId
    updated_at: datetime
    error: Problem | None = None


@dataclass(frozen=True)
class Lease:
    """The right to work on a run until `until`. `holder` is the message that brought the order.

    A message that comes again proves that its earlier worker is gone: a queue hides a message for longer than a
    worker can live. Another message waits for `until`.
    """

    holder: str
    until: datetime


@dataclass(frozen=True)
class Ending:
    """How a job ends. What is given is stored with the run in one transaction, or nothing is.

    `result` is the document kept as the persona's newest of this kind; `entry` an event for the bus; `summary` says
    what of it stands in the persona itself.
    """

    run: Run
    state: JobState
    result: str | None = None
    entry: dict[str, Any] | None = None
    summary: Callable[[Persona], Persona] | None = None


SUPERSEDED: Problem = problem(
    "superseded", "A newer job took its place", 409, "The persona was written anew. Follow its newest job of this kind."
)


class JobInProgressError(ConflictError):
    """Another run of the kind is under way for the persona as it stands: an automatic order has nothing to add."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.id)
        self.run = run


class JobStore(Protocol):
    """Jobs of every workspace; an id of another workspace reads as absent."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """The persona, strongly consistent, or None."""

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """A job's run, strongly consistent, or None."""

    def state(self, workspace_id: str, persona_id: str, kind: RunKind) -> JobState | None:
        """The newest job of this kind, or None while there never was one."""

    def request(self, run: Run) -> Run:
        """Stores a job's run as asked for, unless one is under way: answers with the run that stands.

        Raises PersonaGoneError if the persona was deleted.
        """

    def claim(self, message: JobMessage, run: Run, lease: Lease) -> Run | None:
        """The run, now in work under `lease`; None if it is over, superseded, or in another's hands.

        `run` is stored when the order's is not there yet. A run it takes the place of, or whose place is taken, has
        failed as SUPERSEDED.

        Raises:
            UnderWayError: nobody asked for it, and another run under way is of the persona as it stands.
        """

    def finish(self, ending: Ending) -> bool:
        """Stores the ending, only while the run still runs and is the persona's newest; says whether it did.

        One that is no longer the newest has failed as SUPERSEDED.
        """

    def result(self, workspace_id: str, persona_id: str, kind: RunKind) -> str | None:
        """The newest result of this kind, or None."""


class Checkpoints(Protocol):
    """What a job's run has done so far. Thread-safe."""

    def read(self) -> Mapping[str, str]:
        """Every kept item by its key."""

    def find(self, key: str) -> str | None:
        """One kept item, or None."""

    def keep(self, key: str, text: str) -> None:
        """Keeps an item; one that is kept already stays as it was. Raises PersonaGoneError for a deleted persona's."""
