"""Updates of a persona by its owner: slug, visibility, archiving, and fields of its layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fourfold.constraints import Violation
from fourfold.layer_edits import LayerEdits, edited_layers
from fourfold.layers import layers_of, with_layers, with_stale_audit
from fourfold.persona import NotWrittenError, Persona, PersonaStatus
from fourfold.persona_versions import UNSIGNED, Authorship, Change
from fourfold.personas.storing import Changed, PersonaRepository, PersonaUpdater, require_no_run, store_change


@dataclass(frozen=True)
class PersonaChanges:
    """What to change.

    `fields` may contain `slug` (text or None), `visibility`, `metadata` and `archived` (bool). `edits` are fields of
    the layers; with `accept_violations` they are stored even if they break constraints, which the version then records.
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

    def changed(persona: Persona, now: datetime) -> Changed:
        after = _with_fields(persona, changes.fields, now)
        if changes.edits is None:
            return Changed(after, Change.UPDATED)
        edited, violations = _edited(after, changes.edits, updater.personas, accept=changes.accept_violations)
        return Changed(edited, Change.EDITED, violations)

    return store_change(workspace_id, persona_id, changed, changes.by, updater, precondition)


def _with_fields(persona: Persona, fields: Mapping[str, Any], now: datetime) -> Persona:
    if not persona.has_layers:
        raise NotWrittenError
    labels = {name: fields[name] for name in ("slug", "visibility", "metadata") if name in fields}
    after = persona.model_copy(update=labels)
    is_archived = persona.status is PersonaStatus.ARCHIVED
    if fields.get("archived", is_archived) == is_archived:
        return after
    require_no_run(persona)
    target = (persona.unarchived_status or PersonaStatus.ACTIVE) if is_archived else PersonaStatus.ARCHIVED
    return after.with_status(target, now)


def _edited(
    persona: Persona, edits: LayerEdits, personas: PersonaRepository, *, accept: bool
) -> tuple[Persona, tuple[Violation, ...]]:
    """Returns the persona with the edits, and the violations that were accepted."""
    before = layers_of(persona)
    if edits.applied_to(before) == before:
        return persona, ()
    require_no_run(persona)
    basis = personas.basis_of(persona)
    chain = () if basis is None else basis.constraints
    after, violations = edited_layers(before, edits, chain, persona.language, accept=accept)
    return with_stale_audit(with_layers(persona, after)), violations
