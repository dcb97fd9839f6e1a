"""Regenerates a persona from one of its steps: the layers of earlier steps are kept."""

from __future__ import annotations

from typing import Final

from fourfold.config.engine import EngineConfig
from fourfold.constraints import Violation
from fourfold.errors import ConflictError, InputError
from fourfold.layer_edits import layer_violations
from fourfold.layers import layers_of
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.new_run import NewRun, initial_state
from fourfold.pipeline.state import MAX_VIOLATIONS, Draft, DraftBasis
from fourfold.pipeline.store import StoredPersona
from fourfold.progress.run import Run
from fourfold.steps import StepName, position

_SINGLE_CALL: Final = "single_call"
_SIX_STEPS: Final = "six_steps"
# What the layers of an imported persona are based on.
_NO_BASIS: Final = DraftBasis(parse=None, constraints=(), violations=())
_LAYER_FIELDS: Final = frozenset({"self", "mask", "surface"})


class NothingWrittenError(ConflictError):
    """The persona has no layers before the step, or the parsed brief that the step needs is not stored."""


class NoSuchStepError(InputError):
    """The method `single_call` has one step for all layers, so its runs can only start at the first step."""


def regeneration_config(config: EngineConfig, first: StepName) -> EngineConfig:
    """Returns the settings of a run that starts at `first`.

    Its retries must keep the layers that the run keeps, so `retry_from` is at least `first`. A run of the audit alone
    has no retries, because an attempt would write nothing new.

    Raises:
        NoSuchStepError: `first` is not the first step, and the method is a single call.
    """
    pipeline = config.pipeline
    if first is StepName.INTENT_PARSE:
        return config
    if pipeline.method == _SINGLE_CALL:
        raise NoSuchStepError
    audit = pipeline.audit
    if first is StepName.AUDIT:
        audit = audit.model_copy(update={"max_retries": 0})
    elif position(StepName(audit.retry_from)) < position(first):
        audit = audit.model_copy(update={"retry_from": first.value})
    return config.model_copy(update={"pipeline": pipeline.model_copy(update={"audit": audit})})


def audit_config(config: EngineConfig) -> EngineConfig:
    """Returns the settings of a run that audits layers as they are, whichever method the workspace generates with."""
    pipeline = config.pipeline.model_copy(update={"method": _SIX_STEPS})
    return regeneration_config(config.model_copy(update={"pipeline": pipeline}), StepName.AUDIT)


def new_regeneration(stored: StoredPersona, basis: DraftBasis | None, run: Run) -> NewRun:
    """Returns a run that regenerates a persona. Nothing is stored yet.

    Args:
        stored: the persona. It keeps its layers and status until the run completes.
        basis: the parsed brief and the constraint chain of the run that wrote its layers; None if not stored. An audit
            needs none: it reads the layers as they are.
        run: the record of the new run; its `start_at` is the first step, its settings are `regeneration_config`'s.

    Raises:
        NothingWrittenError: the run does not start at the first step, and the layers before or `basis` are missing.
    """
    persona = stored.persona
    state = initial_state(run, persona.intent)
    if run.start_at is not StepName.INTENT_PARSE:
        basis = basis or _NO_BASIS
        if not persona.has_layers or (basis.parse is None and run.start_at is not StepName.AUDIT):
            raise NothingWrittenError
        draft = Draft(
            parse=basis.parse, soul=persona.soul, self_=persona.self_, mask=persona.mask, surface=persona.surface
        )
        violations = _present_violations(persona, basis)
        state = state.model_copy(
            update={"draft": draft, "constraints": basis.constraints, "violations": violations}
        ).reset_for(run.start_at)
    pending = persona.model_copy(update={"pending_run_id": run.id})
    if persona.status is PersonaStatus.FAILED:
        pending = pending.with_status(PersonaStatus.GENERATING, run.started_at).model_copy(update={"run_id": run.id})
    return NewRun(pending, run, state, stored)


def _present_violations(persona: Persona, basis: DraftBasis) -> tuple[Violation, ...]:
    """Returns the violations of the layers as they are: an edit may have ended some of the run's and made others."""
    of_the_chain = [found for found in basis.violations if found.field.split(".")[0] not in _LAYER_FIELDS]
    found = [*of_the_chain, *layer_violations(layers_of(persona), basis.constraints, persona.language)]
    return tuple(found[:MAX_VIOLATIONS])
