"""Regenerates a persona from one of its steps: the layers of earlier steps are kept."""

from __future__ import annotations

from typing import Final

from fourfold.config.engine import EngineConfig
from fourfold.errors import ConflictError, InputError
from fourfold.persona import PersonaStatus
from fourfold.pipeline.new_run import NewRun, initial_state
from fourfold.pipeline.state import Draft, DraftBasis
from fourfold.pipeline.store import StoredPersona
from fourfold.progress.run import Run
from fourfold.steps import StepName, position

_SINGLE_CALL: Final = "single_call"


class NothingWrittenError(ConflictError):
    """The persona has no layers before the step, or their constraint chain is not stored."""


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


def new_regeneration(stored: StoredPersona, basis: DraftBasis | None, run: Run) -> NewRun:
    """Returns a run that regenerates a persona. Nothing is stored yet.

    Args:
        stored: the persona. It keeps its layers and status until the run completes.
        basis: the parsed brief and the constraint chain of the run that wrote its layers; None if not stored.
        run: the record of the new run; its `start_at` is the first step, its settings are `regeneration_config`'s.

    Raises:
        NothingWrittenError: the run does not start at the first step, and the layers before or `basis` are missing.
    """
    persona = stored.persona
    state = initial_state(run, persona.intent)
    if run.start_at is not StepName.INTENT_PARSE:
        if basis is None or basis.parse is None or not persona.has_layers:
            raise NothingWrittenError
        draft = Draft(
            parse=basis.parse, soul=persona.soul, self_=persona.self_, mask=persona.mask, surface=persona.surface
        )
        state = state.model_copy(
            update={"draft": draft, "constraints": basis.constraints, "violations": basis.violations}
        ).reset_for(run.start_at)
    pending = persona.model_copy(update={"pending_run_id": run.id})
    if persona.status is PersonaStatus.FAILED:
        pending = pending.with_status(PersonaStatus.GENERATING, run.started_at).model_copy(update={"run_id": run.id})
    return NewRun(pending, run, state, stored)
