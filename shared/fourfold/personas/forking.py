"""Forks a persona: a persona of its own with the layers of another, edited, and a note of where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from fourfold.constraints import Violation
from fourfold.events.envelope import bus_entry
from fourfold.events.generation import PersonaCreated
from fourfold.layer_edits import LayerEdits, violations_of_edit
from fourfold.layers import Layers, changed_paths, layers_of, with_layers, with_stale_audit
from fourfold.persona import Persona, PersonaStatus
from fourfold.persona_versions import Authorship, Change, PersonaVersion, version_of
from fourfold.personas.changes import ConstraintsBrokenError
from fourfold.personas.origin import Origin
from fourfold.pipeline.state import DraftBasis


class ForkStore(Protocol):
    """Reads what a fork starts from, and stores it."""

    def persona(self, workspace_id: str, persona_id: str) -> Persona | None:
        """Returns the persona, or None."""

    def basis_of(self, persona: Persona) -> DraftBasis | None:
        """Returns the parsed brief and the constraint chain of the persona's layers, or None."""

    def origin(self, workspace_id: str, persona_id: str) -> Origin | None:
        """Returns what a fork was stored with, or None."""

    def add_fork(self, version: PersonaVersion, origin: Origin, entry: dict[str, Any]) -> None:
        """Stores a fork with its origin, its entry under its parent and its event, or nothing.

        Raises:
            SlugTakenError: another persona has the slug.
            PersonaGoneError: the parent was deleted.
            ValueError: the fork is stored already.
        """


@dataclass(frozen=True)
class ForkRequest:
    """What a fork changes. `accept_violations` stores edits that break constraints."""

    edits: LayerEdits | None
    slug: str | None
    note: str | None
    accept_violations: bool
    by: Authorship


def fork(
    parent: Persona, persona_id: str, request: ForkRequest, store: ForkStore, clock: Callable[[], datetime]
) -> Persona:
    """Stores a fork of `parent` under the new id `persona_id`, without calling a model.

    Raises:
        NotWrittenError: the parent has no layers yet.
        ConstraintsBrokenError: the edits break constraints.
        SlugTakenError, PersonaGoneError, ValueError: as `ForkStore.add_fork`.
    """
    basis, now = store.basis_of(parent), clock()
    layers, violations = edited_layers(parent, request.edits, basis, accept=request.accept_violations)
    child = new_fork(parent, persona_id, layers, request, now)
    version = version_of(child, Change.FORKED, by=request.by, violations=violations)
    store.add_fork(version, origin_of(parent, basis, store), _created_entry(child))
    return child


def edited_layers(
    parent: Persona, edits: LayerEdits | None, basis: DraftBasis | None, *, accept: bool
) -> tuple[Layers, tuple[Violation, ...]]:
    """Returns the persona's layers with the edits, and the violations that were accepted.

    Raises:
        NotWrittenError: it has no layers yet.
        ConstraintsBrokenError: the edits break constraints.
    """
    before = layers_of(parent)
    after = before if edits is None else edits.applied_to(before)
    chain = () if basis is None else basis.constraints
    violations = violations_of_edit(before, after, changed_paths(before, after), chain, parent.language)
    if violations and not accept:
        raise ConstraintsBrokenError(violations)
    return after, violations


def new_fork(parent: Persona, persona_id: str, layers: Layers, request: ForkRequest, now: datetime) -> Persona:
    """Returns the fork with `layers`: the parent's brief, language, visibility and audit, and no run of its own."""
    status = parent.archived_from if parent.status is PersonaStatus.ARCHIVED else parent.status
    child = Persona(
        id=persona_id,
        workspace_id=parent.workspace_id,
        status=status or PersonaStatus.ACTIVE,
        slug=request.slug,
        visibility=parent.visibility,
        intent=parent.intent,
        language=parent.language,
        audit=parent.audit,
        run_id=None,
        config_hash=None,
        providers=parent.providers,
        parent_id=parent.id,
        root_id=parent.root_id or parent.id,
        parent_version=parent.version,
        fork_note=request.note,
        created_at=now,
        updated_at=now,
    )
    child = with_layers(child, layers)
    return child if layers == layers_of(parent) else with_stale_audit(child)


def origin_of(parent: Persona, basis: DraftBasis | None, store: ForkStore) -> Origin:
    """Returns what a fork of `parent` is stored with."""
    earlier = store.origin(parent.workspace_id, parent.id) if parent.parent_id is not None else None
    return Origin.below(parent.id, earlier, basis)


def _created_entry(child: Persona) -> dict[str, Any]:
    event = PersonaCreated(
        persona_id=child.id,
        run_id=None,
        overall=None if child.audit is None else child.audit.overall,
        language=child.language,
        parent_id=child.parent_id,
        metadata=child.metadata,
    )
    return bus_entry(event, workspace_id=child.workspace_id, correlation_id=child.id, occurred_at=child.created_at)
