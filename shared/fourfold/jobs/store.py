"""Where jobs are kept, as the jobs see it: their state, their runs, their checkpoints and their result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
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

    `result` is the document kept as the persona's newest of this kind; `records` are what readers may still ask of its
    items, by item; `entry` an event for the bus; `summary` the persona with a summary of the result. What the run was
    answered is deleted with its end; of a suite that fails, the finished items are kept.
    """

    run: Run
    state: JobState
    result: str | None = None
    records: Mapping[str, str] = field(default_factory=dict)
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

    def request(self, run: Run, texts: Mapping[str, str] | None = None) -> Run:
        """Stores the run of a requested job, unless one is in progress; answers with the run in progress.

        `texts` is what its checkpoints hold from the beginning.

        Raises PersonaGoneError if the persona was deleted.
        """

    def claim(self, order: JobMessage, run: Run, lease: Lease) -> Run | None:
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
    """What a job's run has been answered so far, while it runs. One worker at a time writes."""

    def read(self) -> Mapping[str, str]:
        """Every text by its key."""

    def find(self, key: str) -> str | None:
        """One text, or None."""

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        """Stores texts in one write; those under the keys `replaced` may be deleted. Call it after `read`.

        Raises:
            RunOverError: the run has ended, or its persona was deleted.
        """
