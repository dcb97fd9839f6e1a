"""Updates of a persona by its owner: slug, visibility and archiving."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.errors import ConflictError
from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaUpdated
from fourfold.persona import NotWrittenError, Persona, PersonaStatus
from fourfold.persona_versions import Change, PersonaVersion, version_of
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona

MAX_ATTEMPTS = 5


class RunUnfinishedError(ConflictError):
    """The persona cannot be archived while the run `run_id` regenerates it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class PersonaRepository(Protocol):
    """Reads and updates personas."""

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """Returns the persona with its stored text, or None."""

    def replace(self, stored: StoredPersona, version: PersonaVersion, entry: dict[str, Any]) -> None:
        """Stores the version and the `entry` for the bus in one transaction.

        Raises:
            SlugTakenError: another persona has the slug.
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """


@dataclass(frozen=True)
class PersonaUpdater:
    """The dependencies of an update."""

    personas: PersonaRepository
    clock: Callable[[], datetime]


def change_persona(
    workspace_id: str,
    persona_id: str,
    changes: Mapping[str, Any],
    updater: PersonaUpdater,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> Persona | None:
    """Updates a persona. Stores a new version, unless nothing changes.

    Args:
        workspace_id: the workspace of the persona.
        persona_id: the persona.
        changes: any of `slug` (text or None), `visibility`, `archived` (bool).
        updater: stores and clock.
        precondition: raises if the stored persona is not the one that the caller expects (If-Match).

    Returns:
        The updated persona, or None if the workspace has no such persona.

    Raises:
        NotWrittenError: the persona has no layers yet.
        RunUnfinishedError: it cannot be archived during a run.
        SlugTakenError: another persona has the slug.
        ConcurrentChangeError: it was changed concurrently at every attempt.
    """
    for _ in range(MAX_ATTEMPTS):
        stored = updater.personas.stored_persona(workspace_id, persona_id)
        if stored is None:
            return None
        precondition(stored.persona)
        now = updater.clock()
        after = _with_changes(stored.persona, changes, now)
        if after == stored.persona:
            return after
        after = after.model_copy(update={"version": stored.persona.version + 1, "updated_at": now})
        version = version_of(after, Change.UPDATED, stored.persona)
        try:
            updater.personas.replace(stored, version, _updated_entry(version))
        except ConcurrentChangeError:
            continue
        return after
    raise ConcurrentChangeError


def _with_changes(persona: Persona, changes: Mapping[str, Any], now: datetime) -> Persona:
    if not persona.has_layers:
        raise NotWrittenError
    after = persona.model_copy(update={name: changes[name] for name in ("slug", "visibility") if name in changes})
    is_archived = persona.status is PersonaStatus.ARCHIVED
    if changes.get("archived", is_archived) == is_archived:
        return after
    if persona.pending_run_id is not None:
        raise RunUnfinishedError(persona.pending_run_id)
    target = (persona.archived_from or PersonaStatus.ACTIVE) if is_archived else PersonaStatus.ARCHIVED
    return after.with_status(target, now)


def _updated_entry(version: PersonaVersion) -> dict[str, Any]:
    persona = version.persona
    event = PersonaUpdated(persona_id=persona.id, version=version.version, changed=version.changed, run_id=None)
    return bus_entry(
        event,
        workspace_id=persona.workspace_id,
        correlation_id=persona.id,
        occurred_at=version.at,
        occurrence=str(version.version),
    )
