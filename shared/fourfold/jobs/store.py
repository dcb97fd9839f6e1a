"""The job store, as jobs use it: states, runs, checkpoints and results."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.ids import RunId
from fourfold.jobs.message import JobMessage
from fourfold.persona import Document, Persona
from fourfold.persona_versions import PersonaVersion
from fourfold.problem import Problem, problem
from fourfold.progress.run import Run, RunKind
from fourfold.spending.spent import Accounts


class JobStatus(StrEnum):
    """The status of a persona's job of one kind. `pending` if none is stored yet."""

    PENDING = "pending"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


class JobState(Document):
    """The state of a persona's newest job of one kind."""

    status: JobStatus
    run_id: RunId
    updated_at: datetime
    error: Problem | None = None


@dataclass(frozen=True)
class Lease:
    """The right to work on a run until `until`. `holder` is the id of the SQS message.

    The visibility timeout of the queue exceeds the lifetime of a worker. So a message that is redelivered shows that
    its earlier worker is gone, and may take the lease at once; a different message has to wait for `until`.
    """

    holder: str
    until: datetime


@dataclass(frozen=True)
class NewVersion:
    """A version of the persona that a job wrote, and its `persona.updated` for the bus."""

    version: PersonaVersion
    entry: dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """The end of a job, stored in one transaction.

    `result` becomes the persona's newest result of the kind, and of its `name` where there are several; `records` are
    the items' results that can still be read, by item; `entries` are bus entries for the outbox; `summary` returns the
    persona with the summary of the result; `version` returns its next version instead, or raises if the persona is no
    longer as the job read it; `spent` is counted in the workspace's usage. The answers of the run are
    deleted with its end. Of a suite that fails, the finished items are kept.
    """

    run: Run
    state: JobState
    result: str | None = None
    records: Mapping[str, str] = field(default_factory=dict)
    entries: Sequence[dict[str, Any]] = ()
    summary: Callable[[Persona], Persona] | None = None
    version: Callable[[Persona], NewVersion] | None = None
    spent: Accounts = field(default_factory=dict)
    name: str = ""


SUPERSEDED: Problem = problem(
    "superseded", "Superseded by a newer job", 409, "The persona has changed. Follow its newest job of this kind."
)


class JobInProgressError(ConflictError):
    """A job of the kind is already in progress for this version of the persona; the triggered one is skipped."""

    def __init__(self, run: Run) -> None:
        super().__init__(run.id)
        self.run = run


class JobStore(Protocol):
    """Jobs of all workspaces. An id of another workspace is treated as absent."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """Returns the persona (strongly consistent), or None."""

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """Returns a job's run (strongly consistent), or None."""

    def state(self, workspace_id: str, persona_id: str, kind: RunKind) -> JobState | None:
        """Returns the state of the newest job of the kind, or None if there was none."""

    def request(self, run: Run, texts: Mapping[str, str] | None = None) -> Run:
        """Stores the run of a requested job, unless one is in progress; returns the run in progress.

        `texts` is the initial content of its checkpoints.

        Raises:
            PersonaGoneError: the persona was deleted.
        """

    def claim(self, message: JobMessage, run: Run, lease: Lease) -> Run | None:
        """Claims the run of a message under `lease`. Stores `run` if the message's run is not stored yet.

        A run that is superseded by the claimed one fails with SUPERSEDED.

        Returns:
            The claimed run, or None if it has ended, is superseded, or another worker holds it.

        Raises:
            JobInProgressError: the message was triggered by an event, and another run covers the persona's version.
        """

    def finish(self, ending: Ending) -> bool:
        """Stores the end of a run that is `running` and is the persona's newest of its kind.

        Returns:
            Whether it was stored. A run that is no longer the newest fails with SUPERSEDED.
        """

    def result(self, workspace_id: str, persona_id: str, kind: RunKind, name: str = "") -> str | None:
        """Returns the newest result of the kind, and of this name where there are several; or None."""

    def records(self, workspace_id: str, run_id: str) -> Mapping[str, str]:
        """Returns the `records` that the end of a run stored, by item."""


class Checkpoints(Protocol):
    """The stored answers of a job's run, until it ends. One worker at a time writes."""

    def read(self) -> Mapping[str, str]:
        """Returns all texts by key."""

    def find(self, key: str) -> str | None:
        """Returns one text, or None."""

    def add(self, texts: Mapping[str, str], replaced: Collection[str] = ()) -> None:
        """Stores texts in one write; those under the keys `replaced` may be deleted. Call it after `read`.

        Raises:
            RunOverError: the run has ended, or its persona was deleted.
        """
