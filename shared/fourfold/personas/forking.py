"""Forks a persona: a persona of its own with the layers of another, edited, and a note of where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from fourfold.config.engine import RunSettings
from fourfold.events.envelope import bus_entry
from fourfold.events.generation import PersonaCreated
from fourfold.layer_edits import LayerEdits, edited_layers
from fourfold.layers import Layers, layer_paths, layers_of, with_layers, with_stale_audit
from fourfold.persona import Persona, PersonaStatus
from fourfold.persona_versions import Authorship, Change, PersonaVersion, version_of
from fourfold.pipeline.new_run import NewRun, pinned_run
from fourfold.pipeline.origin import Origin
from fourfold.pipeline.regeneration import regeneration_config, rewriting_state
from fourfold.pipeline.rewrite import STEP_OF_LAYER, Refinement, RewriteRequest, plan_of
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


# What a fork in another language keeps of the mask: lines and words are written again.
_VOICE: Final = frozenset({"mask.register", "mask.tone", "mask.rhythm", "mask.social_role"})
_LATER: Final = _VOICE | {"mask.vocabulary", "mask.signature_phrases"}
_OTHERS: Final = frozenset(
    path for path in layer_paths() if path.partition(".")[0] in {"self", "surface"} and path != "self.big_five"
)


@dataclass(frozen=True)
class ForkRequest:
    """What a fork changes. `accept_violations` stores edits that break constraints.

    With a `language` (BCP 47) a run writes the lines of the mask in it, with `refine` it moves a layer along an axis.
    """

    edits: LayerEdits | None
    slug: str | None
    note: str | None
    accept_violations: bool
    by: Authorship
    language: str | None = None
    refine: Refinement | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @property
    def needs_run(self) -> bool:
        """Whether a model has to write something."""
        return self.language is not None or self.refine is not None

    @property
    def rewrite(self) -> RewriteRequest:
        """What the fork's run keeps: all but the refined layer, and in another language lines and words."""
        refined = None if self.refine is None else self.refine.layer
        edited = frozenset(self.edits.paths()) if self.edits is not None else frozenset()
        voice = frozenset() if refined == "mask" else _LATER if self.language is None else _VOICE
        first = STEP_OF_LAYER[refined or "mask"]
        return RewriteRequest(
            first,
            tuple(sorted((_OTHERS | voice) - edited)),
            self.edits,
            self.language,
            self.refine,
            self.accept_violations,
        )


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
    chain = () if basis is None else basis.constraints
    layers, violations = edited_layers(
        layers_of(parent), request.edits, chain, parent.language, accept=request.accept_violations
    )
    child = new_fork(parent, persona_id, layers, request, now)
    version = version_of(child, Change.FORKED, by=request.by, violations=violations)
    store.add_fork(version, origin_of(parent, basis, store), _created_entry(child))
    return child


def new_fork_run(  # noqa: PLR0913, PLR0917 - what a fork is made of
    parent: Persona, persona_id: str, request: ForkRequest, settings: RunSettings, store: ForkStore, now: datetime
) -> NewRun:
    """Returns the run of a fork that a model writes parts of. Nothing is stored yet.

    Until the run completes the fork is `generating` and has no layers.

    Raises:
        NotWrittenError: the parent has no layers yet.
        NothingWrittenError: the parsed brief of the parent's layers is not stored.
        ConstraintsBrokenError: the edits break constraints.
        BadRewriteError: the edits leave nothing to write.
    """
    basis, rewrite = store.basis_of(parent), request.rewrite
    layers_of(parent)
    run = pinned_run(persona_id, parent.workspace_id, settings, now, plan_of(rewrite).first, by=request.by)
    run = run.model_copy(update={"seed": parent.seed})
    state, base = rewriting_state(parent, basis, run, rewrite)
    child = new_fork(parent, persona_id, layers_of(parent), request, now).model_copy(
        update={
            "status": PersonaStatus.GENERATING,
            "language": request.language,
            "audit": None,
            **dict.fromkeys(("soul", "self_", "mask", "surface")),
            "run_id": run.id,
            "pending_run_id": run.id,
            "config_hash": run.config_hash,
        }
    )
    return NewRun(child, run, state, None, base, origin_of(parent, basis, store))


def fork_settings(request: ForkRequest, settings: RunSettings) -> RunSettings:
    """Returns the settings of the fork's run.

    Raises:
        NoSuchStepError: the workspace generates in a single call.
        BadRewriteError: the edits leave nothing to write.
    """
    return RunSettings(regeneration_config(settings.engine, plan_of(request.rewrite)), settings.revisions)


def new_fork(parent: Persona, persona_id: str, layers: Layers, request: ForkRequest, now: datetime) -> Persona:
    """Returns the fork with `layers`: the parent's brief, language, visibility and audit, and no run of its own."""
    child = Persona(
        id=persona_id,
        workspace_id=parent.workspace_id,
        status=parent.unarchived_status or PersonaStatus.ACTIVE,
        slug=request.slug,
        visibility=parent.visibility,
        intent=parent.intent,
        language=parent.language,
        seed=parent.seed,
        audit=parent.audit,
        run_id=None,
        config_hash=None,
        providers=parent.providers,
        parent_id=parent.id,
        root_id=parent.root_id or parent.id,
        parent_version=parent.version,
        fork_note=request.note,
        metadata=dict(request.metadata),
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
