"""What its owner changes about a persona: its slug, its visibility, and whether it is archived."""

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

_ROUNDS = 5


class RunUnfinishedError(ConflictError):
    """A run is writing the persona anew: it is archived before that, or after. `run_id` names the run."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class PersonaRepository(Protocol):
    """Where personas are changed."""

    def held(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """The persona as it stands."""

    def replace(self, held: StoredPersona, version: PersonaVersion, entry: dict[str, Any]) -> None:
        """Stores all or nothing, with the `entry` for the bus; raises SlugTakenError, ChangedMeanwhileError."""


@dataclass(frozen=True)
class PersonaUpdater:
    """What a change needs."""

    shelf: PersonaRepository
    clock: Callable[[], datetime]


def change_persona(
    workspace_id: str,
    persona_id: str,
    wanted: Mapping[str, Any],
    editor: PersonaUpdater,
    agreed: Callable[[Persona], None] = lambda _: None,
) -> Persona | None:
    """The persona with what is wanted; a new version, unless it is so already. None if there is no such persona.

    Args:
        workspace_id: whose it must be.
        persona_id: which.
        wanted: of `slug` (text or None), `visibility`, `archived` (bool), those to change.
        editor: what it takes.
        agreed: raises if the persona, as it stands, is not the one the caller meant.

    Raises:
        NotWrittenError: its first run is not done, or failed.
        RunGoesOnError: it is to be archived in the middle of a run.
        SlugTakenError: another persona has the slug.
        ChangedMeanwhileError: it changes all the time.
    """
    for _ in range(_ROUNDS):
        held = editor.shelf.held(workspace_id, persona_id)
        if held is None:
            return None
        agreed(held.persona)
        now = editor.clock()
        after = _changed(held.persona, wanted, now)
        if after == held.persona:
            return after
        after = after.model_copy(update={"version": held.persona.version + 1, "updated_at": now})
        version = version_of(after, Change.UPDATED, held.persona)
        try:
            editor.shelf.replace(held, version, _told(version))
        except ConcurrentChangeError:
            continue
        return after
    raise ConcurrentChangeError


def _changed(persona: Persona, wanted: Mapping[str, Any], now: datetime) -> Persona:
    if not persona.written:
        raise NotWrittenError
    after = persona.model_copy(update={name: wanted[name] for name in ("slug", "visibility") if name in wanted})
    is_archived = persona.status is PersonaStatus.ARCHIVED
    if wanted.get("archived", is_archived) == is_archived:
        return after
    if persona.pending_run_id is not None:
        raise RunUnfinishedError(persona.pending_run_id)
    target = (persona.archived_from or PersonaStatus.ACTIVE) if is_archived else PersonaStatus.ARCHIVED
    return after.moved_to(target, now)


def _told(version: PersonaVersion) -> dict[str, Any]:
    persona = version.persona
    event = PersonaUpdated(persona_id=persona.id, version=version.version, changed=version.changed, run_id=None)
    return bus_entry(
        event,
        workspace_id=persona.workspace_id,
        correlation_id=persona.id,
        occurred_at=version.at,
        occurrence=str(version.version),
    )
