"""The event log of a run: ordered, without gaps, and idempotent for a writer that is retried.

An append is a compare-and-set: the entry is written at the number after the newest entry that the writer knows, on the
condition that the number is free. If it is taken, the writer reads the entries that it does not know. It then either
finds its own event (an earlier invocation of a retried Lambda function wrote it) or tries the next number. Without
contention, an append is one conditional write and no read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from fourfold.errors import ConflictError
from fourfold.llm.port import StoppedError
from fourfold.progress.events import TERMINAL_TYPES, RunEvent, event_key
from fourfold.steps import StepName

# A cancelled run begins none of these.
_BEGINNINGS = frozenset({"step.started", "pipeline.retrying", "job.started"})


def event_body(
    seq: int, at: datetime, run_id: str, persona_id: str | None, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """Returns the event object of a logged event. Its `type` may be unknown to this version.

    An evaluation's events have no `persona_id`.
    """
    return {
        "seq": seq,
        "type": fields["type"],
        "run_id": run_id,
        "persona_id": persona_id,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **{name: value for name, value in fields.items() if name != "type"},
    }


class LogPlace(NamedTuple):
    """Where an entry of a run's log is, whether or not it exists yet."""

    workspace_id: str
    run_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An event at its position in the log. `seq` counts from 1 without gaps within a run."""

    seq: int
    at: datetime
    run_id: str
    persona_id: str | None
    event: RunEvent

    def body(self) -> dict[str, Any]:
        """Returns the event object that readers receive: `{seq, type, run_id, persona_id, at, ...}`."""
        fields = self.event.model_dump(mode="json")
        return event_body(self.seq, self.at, self.run_id, self.persona_id, fields)

    @property
    def terminal(self) -> bool:
        """Whether this entry ends the run."""
        return self.event.type in TERMINAL_TYPES


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A log entry with its writer's checkpoint: the run state after the step, as JSON text."""

    entry: LogEntry
    checkpoint: str | None = None


class RunOverError(ConflictError):
    """The run has ended, or its persona was deleted: the caller must stop."""


class RunCancelledError(StoppedError):
    """The run was cancelled: the caller must send no further call, and end the run."""


class EventStore(Protocol):
    """The stored entries of one run."""

    def put_if_free(self, entry: LogEntry, checkpoint: str | None) -> bool:
        """Writes the entry at its `seq` if that number is free; returns whether it did."""

    def read(self, after: int) -> Iterable[StoredEntry]:
        """Returns all entries with `seq` greater than `after`, in order (strongly consistent)."""


class RunLog:
    """One writer's view of a run's log. `seen` is the newest `seq` that the writer knows.

    `cancelling`: the entries that the writer has read cancel the run. A cancellation takes the number of the entry that
    a writer would write next, so a step that begins has read it.
    """

    def __init__(
        self, store: EventStore, run_id: str, persona_id: str | None, seen: int, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._persona_id = persona_id
        self._clock = clock
        self._known: dict[str, StoredEntry] = {}
        self._ended = False
        self.cancelling = False
        self.seen = seen

    def append(self, event: RunEvent, checkpoint: str | None = None) -> LogEntry:
        """Appends an event, unless the log has it. Returns its entry.

        Raises:
            RunOverError: the log has a terminal entry, and the event is not terminal.
            RunCancelledError: the run was cancelled, and the event begins further work.
        """
        while True:
            known = self._known.get(event_key(event))
            if known is not None:
                return known.entry
            if self._ended and event.type not in TERMINAL_TYPES:
                raise RunOverError
            if self.cancelling and event.type in _BEGINNINGS:
                raise RunCancelledError
            entry = LogEntry(self.seen + 1, self._clock(), self._run_id, self._persona_id, event)
            if self._store.put_if_free(entry, checkpoint):
                self._remember(StoredEntry(entry, checkpoint))
            else:
                self._catch_up()

    def ended(self) -> bool:
        """Reads new entries and returns whether the log has a terminal entry."""
        self._catch_up()
        return self._ended

    def require_wanted(self) -> None:
        """Reads new entries.

        Raises:
            RunOverError: the log has a terminal entry.
            RunCancelledError: the run was cancelled.
        """
        if self.ended():
            raise RunOverError
        self.require_not_cancelled()

    def require_not_cancelled(self) -> None:
        """Raises RunCancelledError if the entries that this writer has read cancel the run."""
        if self.cancelling:
            raise RunCancelledError

    def checkpoint(self, step: StepName, attempt: int) -> str | None:
        """Returns the state that an earlier invocation stored when it completed the step, or None.

        Only looks at entries that this writer has read. An append that finds its number taken reads them, so call this
        after appending `step.started`.
        """
        found = self._known.get(f"step.completed/{step}/{attempt}")
        return found.checkpoint if found else None

    def _catch_up(self) -> None:
        for stored in self._store.read(self.seen):
            self._remember(stored)

    def _remember(self, stored: StoredEntry) -> None:
        self._known[event_key(stored.entry.event)] = stored
        self.seen = stored.entry.seq
        self._ended = self._ended or stored.entry.terminal
        self.cancelling = self.cancelling or stored.entry.event.type == "run.cancelling"
