"""Updates of a persona by its owner: slug, visibility, archiving, and fields of its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.constraints import Violation
from fourfold.errors import ConflictError, InputError
from fourfold.events.envelope import bus_entry
from fourfold.events.persona import PersonaUpdated
from fourfold.layer_edits import LayerEdits, violations_of_edit
from fourfold.layers import changed_paths, layers_of, with_layers, with_stale_audit
from fourfold.persona import NotWrittenError, Persona, PersonaStatus
from fourfold.persona_versions import UNSIGNED, Authorship, Change, PersonaVersion, version_of
from fourfold.pipeline.state import DraftBasis
from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona

MAX_ATTEMPTS = 5


class RunUnfinishedError(ConflictError):
    """The persona cannot be archived, nor its layers edited, while the run `run_id` regenerates it."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


class ConstraintsBrokenError(InputError):
    """The edit breaks constraints, and its author did not accept that. Nothing is stored."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__(", ".join(violation.field for violation in violations))
        self.violations = violations


class PersonaRepository(Protocol):
    """Reads and updates personas."""

    def stored_persona(self, workspace_id: str, persona_id: str) -> StoredPersona | None:
        """Returns the persona with its stored text, or None."""

    def basis(self, workspace_id: str, persona_id: str, run_id: str) -> DraftBasis | None:
        """Returns the parsed brief and constraint chain of the layers that the run wrote, or None."""

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
class PersonaChanges:
    """What to change.

    `fields` may contain `slug` (text or None), `visibility` and `archived` (bool). `edits` are fields of the layers;
    with `accept_violations` they are stored even if they break constraints, which the version then records.
    """

    fields: Mapping[str, Any]
    edits: LayerEdits | None = None
    accept_violations: bool = False
    by: Authorship = UNSIGNED


def change_persona(
    workspace_id: str,
    persona_id: str,
    changes: PersonaChanges,
    updater: PersonaUpdater,
    precondition: Callable[[Persona], None] = lambda _: None,
) -> Persona | None:
    """Updates a persona. Stores a new version, unless nothing changes. No model is called.

    Args:
        workspace_id: the workspace of the persona.
        persona_id: the persona.
        changes: what to change.
        updater: stores and clock.
        precondition: raises if the stored persona is not the one that the caller expects (If-Match).

    Returns:
        The updated persona, or None if the workspace has no such persona.

    Raises:
        NotWrittenError: the persona has no layers yet.
        RunUnfinishedError: it cannot be archived or edited during a run.
        ConstraintsBrokenError: the edits break constraints.
        SlugTakenError: another persona has the slug.
        ConcurrentChangeError: it was changed concurrently at every attempt.
    """
    for _ in range(MAX_ATTEMPTS):
        stored = updater.personas.stored_persona(workspace_id, persona_id)
        if stored is None:
            return None
        precondition(stored.persona)
        now = updater.clock()
        after, violations = _edited(_with_fields(stored.persona, changes.fields, now), changes, updater.personas)
        if after == stored.persona:
            return after
        after = after.model_copy(update={"version": stored.persona.version + 1, "updated_at": now})
        kind = Change.UPDATED if changes.edits is None else Change.EDITED
        version = version_of(after, kind, stored.persona, changes.by, violations)
        try:
            updater.personas.replace(stored, version, updated_entry(version))
        except ConcurrentChangeError:
            continue
        return after
    raise ConcurrentChangeError


def updated_entry(version: PersonaVersion) -> dict[str, Any]:
    """Returns the bus entry of a version that no run wrote."""
    persona = version.persona
    return bus_entry(
        PersonaUpdated.of(version),
        workspace_id=persona.workspace_id,
        correlation_id=persona.id,
        occurred_at=version.at,
        occurrence=str(version.version),
    )


def _with_fields(persona: Persona, fields: Mapping[str, Any], now: datetime) -> Persona:
    if not persona.has_layers:
        raise NotWrittenError
    after = persona.model_copy(update={name: fields[name] for name in ("slug", "visibility") if name in fields})
    is_archived = persona.status is PersonaStatus.ARCHIVED
    if fields.get("archived", is_archived) == is_archived:
        return after
    if persona.pending_run_id is not None:
        raise RunUnfinishedError(persona.pending_run_id)
    target = (persona.archived_from or PersonaStatus.ACTIVE) if is_archived else PersonaStatus.ARCHIVED
    return after.with_status(target, now)


def _edited(
    persona: Persona, changes: PersonaChanges, personas: PersonaRepository
) -> tuple[Persona, tuple[Violation, ...]]:
    """Returns the persona with the edits, and the violations that were accepted."""
    if changes.edits is None:
        return persona, ()
    before = layers_of(persona)
    after = changes.edits.applied_to(before)
    edited = changed_paths(before, after)
    if not edited:
        return persona, ()
    if persona.pending_run_id is not None:
        raise RunUnfinishedError(persona.pending_run_id)
    basis = personas.basis(persona.workspace_id, persona.id, persona.run_id) if persona.run_id else None
    chain = () if basis is None else basis.constraints
    violations = violations_of_edit(before, after, edited, chain, persona.language)
    if violations and not changes.accept_violations:
        raise ConstraintsBrokenError(violations)
    return with_stale_audit(with_layers(persona, after)), violations
