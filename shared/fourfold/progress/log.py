"""The run's event log: ordered, gapless, and idempotent for a writer that runs twice.

An append is a compare-and-set: the entry is written at the number after the newest one the writer has seen, on
condition that this number is free. Whoever loses reads what it had not seen and either finds its own happening there
(a retried Lambda: nothing to do) or tries the next number. The healthy path is one conditional write and no read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.progress.events import TERMINAL_TYPES, RunEvent, event_key
from fourfold.steps import StepName


def event_body(seq: int, at: datetime, run_id: str, persona_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The event object of a logged happening, whose `type` need not be one this version knows."""
    return {
        "seq": seq,
        "type": fields["type"],
        "run_id": run_id,
        "persona_id": persona_id,
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        **{name: value for name, value in fields.items() if name != "type"},
    }


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A happening in its place in the log. `seq` counts from 1 without gaps within a run."""

    seq: int
    at: datetime
    run_id: str
    persona_id: str
    event: RunEvent

    def body(self) -> dict[str, Any]:
        """The event as every reader gets it: `{seq, type, run_id, persona_id, at, ...}`."""
        fields = self.event.model_dump(mode="json")
        return event_body(self.seq, self.at, self.run_id, self.persona_id, fields)

    @property
    def terminal(self) -> bool:
        """Whether the run is over with this entry."""
        return self.event.type in TERMINAL_TYPES


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A log entry with the checkpoint its writer left: the run state after the step, as JSON text."""

    entry: LogEntry
    checkpoint: str | None = None


class RunOverError(ConflictError):
    """The run has ended, or its persona is deleted: there is nothing more to do for it."""


class EventStore(Protocol):
    """Where one run's entries are kept."""

    def put_if_free(self, entry: LogEntry, checkpoint: str | None) -> bool:
        """Writes the entry at its `seq` unless that number is taken; says whether it was written."""

    def read(self, after: int) -> Iterable[StoredEntry]:
        """All entries with `seq` greater than `after`, in order, strongly consistent."""


class RunLog:
    """The log of one run as one writer sees it. `seen` is the newest `seq` the writer knows of."""

    def __init__(
        self, store: EventStore, run_id: str, persona_id: str, seen: int, clock: Callable[[], datetime]
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._persona_id = persona_id
        self._clock = clock
        self._known: dict[str, StoredEntry] = {}
        self._ended = False
        self.seen = seen

    def append(self, event: RunEvent, checkpoint: str | None = None) -> LogEntry:
        """Logs a happening once; if it stands there already, answers with the entry that does.

        Raises:
            RunOverError: the log has its terminal entry, and this is not one.
        """
        while True:
            known = self._known.get(event_key(event))
            if known is not None:
                return known.entry
            if self._ended and event.type not in TERMINAL_TYPES:
                raise RunOverError
            entry = LogEntry(self.seen + 1, self._clock(), self._run_id, self._persona_id, event)
            if self._store.put_if_free(entry, checkpoint):
                self._remember(StoredEntry(entry, checkpoint))
            else:
                self._catch_up()

    def ended(self) -> bool:
        """Whether the log has its terminal entry by now; reads what this writer has not met."""
        self._catch_up()
        return self._ended

    def checkpoint(self, step: StepName, attempt: int) -> str | None:
        """The state an earlier run of this writer left when it completed the step.

        Looks only at what this writer has met, and it meets its own past as soon as an append finds its number
        taken: so ask after appending `step.started`.
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
