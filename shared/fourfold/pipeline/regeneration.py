"""Regenerates a persona from one of its steps: the layers of earlier steps are kept."""

from __future__ import annotations

from typing import Final

from fourfold.config.engine import EngineConfig
from fourfold.constraints import Violation
from fourfold.errors import ConflictError, InputError
from fourfold.layer_edits import edited_layers, layer_violations
from fourfold.layers import Layers, layers_of
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.new_run import NewRun, initial_state
from fourfold.pipeline.rewrite import RewritePlan, RewriteRequest, RunBase, plan_of
from fourfold.pipeline.state import MAX_VIOLATIONS, Draft, DraftBasis, RunState
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


def regeneration_config(config: EngineConfig, plan: RewritePlan) -> EngineConfig:
    """Returns the settings of a run with this plan.

    Its retries must keep what the run keeps, so `retry_from` is moved to a step that the plan executes. A run of the
    audit alone has no retries, because an attempt would write nothing new.

    Raises:
        NoSuchStepError: the method is a single call, which writes all layers.
    """
    pipeline = config.pipeline
    if pipeline.method == _SINGLE_CALL:
        if plan.first is StepName.INTENT_PARSE and not plan.layers and not plan.paths:
            return config
        raise NoSuchStepError
    audit = pipeline.audit
    if plan.first is StepName.AUDIT:
        audit = audit.model_copy(update={"max_retries": 0})
    else:
        retry_from = _retry_step(plan, StepName(audit.retry_from))
        audit = audit.model_copy(update={"retry_from": retry_from.value})
    return config.model_copy(update={"pipeline": pipeline.model_copy(update={"audit": audit})})


def _retry_step(plan: RewritePlan, configured: StepName) -> StepName:
    """Returns the first step of the plan from the configured one on; if there is none, the last one that writes."""
    writing = [step for step in plan.steps if step is not StepName.AUDIT]
    return next((step for step in writing if position(step) >= position(configured)), writing[-1])


def audit_config(config: EngineConfig) -> EngineConfig:
    """Returns the settings of a run that audits layers as they are, whichever method the workspace generates with."""
    pipeline = config.pipeline.model_copy(update={"method": _SIX_STEPS})
    plan = plan_of(RewriteRequest(StepName.AUDIT))
    return regeneration_config(config.model_copy(update={"pipeline": pipeline}), plan)


def new_regeneration(
    stored: StoredPersona, basis: DraftBasis | None, run: Run, request: RewriteRequest | None = None
) -> NewRun:
    """Returns a run that regenerates a persona. Nothing is stored yet.

    Args:
        stored: the persona. It keeps its layers and status until the run completes.
        basis: the parsed brief and the constraint chain of the run that wrote its layers; None if not stored. An audit
            needs none: it reads the layers as they are.
        run: the record of the new run; its `start_at` is the first step, its settings are `regeneration_config`'s.
        request: what to keep and to edit; None if the run only starts at a step.

    Raises:
        NothingWrittenError: the run does not start at the first step, and the layers before or `basis` are missing.
        ConstraintsBrokenError: the edits break constraints.
    """
    persona = stored.persona
    if run.start_at is StepName.INTENT_PARSE:  # the brief is read again; the language stays
        run = run.model_copy(update={"language": persona.language})
    run = run.model_copy(update={"seed": persona.seed})
    if run.start_at is StepName.INTENT_PARSE and request is None:
        state, base = initial_state(run, persona.intent), None
    else:
        state, base = rewriting_state(persona, basis, run, request)
    pending = persona.model_copy(update={"pending_run_id": run.id})
    if persona.status is PersonaStatus.FAILED:
        pending = pending.with_status(PersonaStatus.GENERATING, run.started_at).model_copy(update={"run_id": run.id})
    return NewRun(pending, run, state, stored, base)


def rewriting_state(
    persona: Persona, basis: DraftBasis | None, run: Run, request: RewriteRequest | None
) -> tuple[RunState, RunBase | None]:
    """Returns the first state of a run that starts from the persona's layers, and for a request what it starts from.

    Raises:
        NothingWrittenError, ConstraintsBrokenError: as `new_regeneration`.
    """
    basis = basis or _NO_BASIS
    needs_parse = run.start_at not in {StepName.INTENT_PARSE, StepName.AUDIT}
    if not persona.has_layers or (basis.parse is None and needs_parse):
        raise NothingWrittenError
    before, asked = layers_of(persona), request or RewriteRequest(run.start_at)
    layers, accepted = edited_layers(
        before, asked.edits, basis.constraints, persona.language, accept=asked.accept_violations
    )
    base = None if request is None else RunBase(layers=layers, violations=accepted)
    parse = basis.parse
    if parse is not None and asked.language is not None:
        parse = parse.model_copy(update={"language": asked.language})
    language = asked.language or persona.language
    draft = Draft(parse=parse, soul=layers.soul, self_=layers.self_, mask=layers.mask, surface=layers.surface)
    rewrite = None
    if request is not None:
        rewrite = plan_of(request).rewrite_of(layers, asked)
    state = initial_state(run, persona.intent).model_copy(
        update={
            "draft": draft,
            "constraints": basis.constraints,
            "violations": _present_violations(layers, language, basis),
            "rewrite": rewrite,
        }
    )
    return state.reset_for(run.start_at), base


def _present_violations(layers: Layers, language: str | None, basis: DraftBasis) -> tuple[Violation, ...]:
    """Returns the violations of the layers as they are: an edit may have ended some of the run's and made others."""
    of_the_chain = [found for found in basis.violations if found.field.split(".")[0] not in _LAYER_FIELDS]
    found = [*of_the_chain, *layer_violations(layers, basis.constraints, language)]
    return tuple(found[:MAX_VIOLATIONS])
