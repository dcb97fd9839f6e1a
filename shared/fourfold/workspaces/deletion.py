"""Deletes a whole workspace, a slice for each request. Every slice may be interrupted and repeated.

1. `begin` marks the workspace, with the event `workspace.deleted`. From then on its keys open nothing but the deletion.
2. Evaluations start nothing more. Each persona is deleted as by its owner, with its event; a run in progress stops
   before its next model call. Then what is left of runs and evaluations is erased.
3. Once nothing was found for QUIET, no request or message of before can store anything: settings, endpoints,
   deliveries, connections, kept replies and published events are erased.
4. When a slice finds nothing more for QUIET again, and every event is published, the keys and the mark are erased
   together. The key of the request is among them: the next request gets 401.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from fourfold.events.envelope import bus_entry
from fourfold.events.workspace import WorkspaceDeleted

QUIET: Final = timedelta(seconds=90)
"""Longer than a key is cached, a body is received (60 s at most) and an event is on its way to its receivers."""


class Waiting(StrEnum):
    """What a deletion waits for."""

    SLICE = "more_to_erase"
    RUNS = "runs_to_stop"
    REQUESTS = "requests_to_end"
    EVENTS = "events_to_be_published"


@dataclass(frozen=True)
class Closing:
    """The mark of a deletion: when it began, and when a slice last found something to erase."""

    since: datetime
    active_at: datetime


@dataclass(frozen=True)
class DeletionRequest:
    """Whose workspace to delete. `key_hashes` are those of the request's key and of the keys it descends from."""

    workspace_id: str
    org_id: str
    key_id: str
    key_hashes: tuple[str, ...]


@dataclass(frozen=True)
class DeletionSlice:
    """What one slice did. `waiting_for` is None when everything is erased. `personas` were erased by this slice."""

    since: datetime
    waiting_for: Waiting | None
    personas: int = 0


class WorkspaceDeletionStore(Protocol):
    """Finds and erases what is stored of a workspace. Every step may be repeated."""

    def begin(self, workspace_id: str, entry: dict[str, Any]) -> Closing | None:
        """Marks the workspace and stores the `entry` for the bus, unless it is marked; returns the mark.

        None if the workspace is erased already.
        """

    def note_activity(self, workspace_id: str) -> None:
        """Notes that something was found to erase."""

    def persona_ids(self, workspace_id: str) -> Iterator[str]:
        """The ids of the personas, also of those whose deletion has begun."""

    def note_runs_in_progress(self, workspace_id: str, persona_id: str) -> None:
        """Remembers the runs whose logs keep an end after the persona is deleted."""

    def erase_lost_runs(self, workspace_id: str, has_time: Callable[[], bool]) -> int:
        """Erases runs that no persona has, while `has_time`; returns how many."""

    def erase_evaluations(self, workspace_id: str, has_time: Callable[[], bool]) -> int:
        """Erases evaluations, while `has_time`; returns how many."""

    def runs_in_progress(self, workspace_id: str) -> int:
        """How many of the remembered runs have not stopped yet."""

    def erase_rest(self, workspace_id: str, org_id: str) -> int:
        """Erases what is left but keys, the mark and events that wait for the bus; returns how many items."""

    def has_waiting_events(self, workspace_id: str) -> bool:
        """Whether an event of the workspace is not published yet."""

    def finish(self, workspace_id: str, last_keys: Collection[str]) -> None:
        """Erases the keys and the mark; `last_keys` (hashes) go with the mark, since they open the deletion."""


@dataclass(frozen=True)
class WorkspaceDeleter:
    """The dependencies of a deletion.

    `stop_evaluations(workspace)` lets evaluations start and judge nothing more, and returns how many have not ended.
    `delete_persona(workspace, persona)` deletes a persona and all it owns.
    """

    store: WorkspaceDeletionStore
    stop_evaluations: Callable[[str], int]
    delete_persona: Callable[[str, str], object]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float]


def delete_slice(request: DeletionRequest, deleter: WorkspaceDeleter, seconds: float) -> DeletionSlice:
    """Begins or continues the deletion of a workspace, for about `seconds`."""
    store, workspace_id, until = deleter.store, request.workspace_id, deleter.monotonic() + seconds
    now = deleter.clock()
    closing = store.begin(workspace_id, _deleted_entry(request, now))
    if closing is None:
        return DeletionSlice(now, None)

    def has_time() -> bool:
        return deleter.monotonic() <= until

    evaluating, personas = deleter.stop_evaluations(workspace_id), 0
    for persona_id in store.persona_ids(workspace_id):
        if not has_time():
            break
        store.note_runs_in_progress(workspace_id, persona_id)
        deleter.delete_persona(workspace_id, persona_id)
        personas += 1
    if evaluating and not personas:  # its run is kept until its execution has ended it
        store.note_activity(workspace_id)
        return DeletionSlice(closing.since, Waiting.RUNS)
    if personas or store.erase_lost_runs(workspace_id, has_time) or store.erase_evaluations(workspace_id, has_time):
        store.note_activity(workspace_id)
        return DeletionSlice(closing.since, Waiting.SLICE, personas)
    return DeletionSlice(closing.since, _after_personas(request, closing, deleter))


def _after_personas(request: DeletionRequest, closing: Closing, deleter: WorkspaceDeleter) -> Waiting | None:
    """Erases the rest once no persona is left; returns what is waited for."""
    store, workspace_id = deleter.store, request.workspace_id
    if store.runs_in_progress(workspace_id):
        return Waiting.RUNS
    if deleter.clock() < closing.active_at + QUIET:
        return Waiting.REQUESTS
    if store.erase_rest(workspace_id, request.org_id):
        store.note_activity(workspace_id)
        return Waiting.SLICE
    if store.has_waiting_events(workspace_id):
        return Waiting.EVENTS
    store.finish(workspace_id, request.key_hashes)
    return None


def _deleted_entry(request: DeletionRequest, at: datetime) -> dict[str, Any]:
    event = WorkspaceDeleted(org_id=request.org_id, requested_by=request.key_id)
    workspace_id, occurrence = request.workspace_id, at.isoformat()
    return bus_entry(
        event, workspace_id=workspace_id, correlation_id=workspace_id, occurred_at=at, occurrence=occurrence
    )
