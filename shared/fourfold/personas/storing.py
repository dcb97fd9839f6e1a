"""Stores a change of a persona that no run makes: it is computed again when another writer was faster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.constraints import Violation
from fourfold.errors import ConflictError
from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaUpdated
from fourfold.persona import Persona
from fourfold.persona_versions import Authorship, Change, PersonaVersion, version_of
from fourfold.pipeline.state import DraftBasis
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona

MAX_ATTEMPTS = 5


class RunUnfinishedError(ConflictError):
    """The persona cannot be archived, edited or restored while the run `run_id` regenerates it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class PersonaRepository(Protocol):
    """Reads and updates personas."""

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """Returns the persona with its stored text, or None."""

    def basis_of(self, persona: Persona) -> DraftBasis | None:
        """Returns the parsed brief and the constraint chain of the persona's layers, or None."""

    def version(self, workspace_id: str, persona_id: str, version: int) -> PersonaVersion | None:
        """Returns one version of the persona, or None."""

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


@dataclass(frozen=True)
class Changed:
    """A persona after a change; `violations` are constraints that the change breaks and its author accepted."""

    persona: Persona
    change: Change
    violations: tuple[Violation, ...] = ()


def store_change(  # noqa: PLR0913, PLR0917 - whose persona, what, by whom
    workspace_id: str,
    persona_id: str,
    change: Callable[[Persona, datetime], Changed],
    by: Authorship,
    updater: PersonaUpdater,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> Persona | None:
    """Stores what `change` makes of the persona as a new version, unless nothing changes.

    Args:
        workspace_id: the workspace of the persona.
        persona_id: the persona.
        change: returns the persona with the change at a time. It is called again if another writer was faster.
        by: who changes it and why.
        updater: stores and clock.
        precondition: raises if the stored persona is not the one that the caller expects (If-Match).

    Returns:
        The changed persona, or None if the workspace has no such persona.

    Raises:
        SlugTakenError: another persona has the slug.
        ConcurrentChangeError: it was changed concurrently at every attempt.
    """
    for _ in range(MAX_ATTEMPTS):
        stored = updater.personas.stored_persona(workspace_id, persona_id)
        if stored is None:
            return None
        precondition(stored.persona)
        now = updater.clock()
        changed = change(stored.persona, now)
        if changed.persona == stored.persona:
            return changed.persona
        after = changed.persona.model_copy(update={"version": stored.persona.version + 1, "updated_at": now})
        version = version_of(after, changed.change, stored.persona, by, changed.violations)
        try:
            updater.personas.replace(stored, version, _updated_entry(version))
        except ConcurrentChangeError:
            continue
        return after
    raise ConcurrentChangeError


def require_no_run(persona: Persona) -> None:
    """Raises RunUnfinishedError while a run regenerates the persona: the run's end would overwrite the change."""
    if persona.pending_run_id is not None:
        raise RunUnfinishedError(persona.pending_run_id)


def _updated_entry(version: PersonaVersion) -> dict[str, Any]:
    persona = version.persona
    return bus_entry(
        PersonaUpdated.of(version),
        workspace_id=persona.workspace_id,
        correlation_id=persona.id,
        occurred_at=version.at,
        occurrence=str(version.version),
    )
