"""Writing a persona anew from one of its steps on: the layers of the steps before stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fourfold.config.engine import EngineConfig
from fourfold.errors import ConflictError, InputError
from fourfold.ids import new_run_id
from fourfold.persona import PersonaStatus
from fourfold.pipeline.lifecycle import NewRun, RunSettings
from fourfold.pipeline.state import Draft, DraftBasis, RunState
from fourfold.pipeline.store import StoredPersona
from fourfold.progress.run import Run, RunStatus
from fourfold.steps import StepName, position

SINGLE_CALL: Final = "single_call"


class NothingWrittenError(ConflictError):
    """The layers before the step, or the constraint chain they were written under, are not there to go on from."""


class NoSuchStepError(InputError):
    """One call writes all layers: with that method a run begins at the first step."""


def settings_from(config: EngineConfig, first: StepName) -> EngineConfig:
    """The settings of a run that begins at `first`: its retries begin no earlier, so that they keep what it keeps.

    Raises:
        NotInOneCallError: `first` is not the first step, and the method is a single call.
    """
    pipeline = config.pipeline
    if first is StepName.INTENT_PARSE:
        return config
    if pipeline.method == SINGLE_CALL:
        raise NoSuchStepError
    audit = pipeline.audit
    if first is StepName.AUDIT:  # an audit alone has nothing it could write better
        audit = audit.model_copy(update={"max_retries": 0})
    elif position(StepName(audit.retry_from)) < position(first):
        audit = audit.model_copy(update={"retry_from": first.value})
    return config.model_copy(update={"pipeline": pipeline.model_copy(update={"audit": audit})})


@dataclass(frozen=True)
class RegenerationInput:
    """What a run goes on from: the persona as it stands, and what the run before left (None if there is none)."""

    stored: StoredPersona
    basis: DraftBasis | None


def new_regeneration(
    source: RegenerationInput, first: StepName, settings: RunSettings, now: datetime, run_id: str | None = None
) -> NewRun:
    """A run that writes a persona anew from the step `first` on. Nothing is stored yet.

    Args:
        source: the persona, which stays readable until the run is done.
        first: the step to begin at.
        settings: the run's; its engine settings are as `settings_from` made them.
        now: when the run starts.
        run_id: of a run that was stored before and may not have started.

    Raises:
        NothingToKeepError: `first` is not the first step, and there is nothing before it.
    """
    persona, basis, run_id = source.stored.persona, source.basis, run_id or new_run_id()
    state = RunState(
        run_id=run_id,
        persona_id=persona.id,
        workspace_id=persona.workspace_id,
        intent=persona.intent,
        started_at=now,
        config=settings.config,
        config_hash=settings.config_hash,
        start_at=first,
        log_seq=1,
    )
    if first is not StepName.INTENT_PARSE:
        if basis is None or basis.parse is None or not persona.has_layers:
            raise NothingWrittenError
        given = Draft(
            parse=basis.parse, soul=persona.soul, self_=persona.self_, mask=persona.mask, surface=persona.surface
        )
        state = state.model_copy(
            update={"draft": given, "constraints": basis.constraints, "violations": basis.violations}
        ).reset_for(first)
    run = Run(
        id=run_id,
        persona_id=persona.id,
        workspace_id=persona.workspace_id,
        status=RunStatus.RUNNING,
        start_at=first,
        config_hash=settings.config_hash,
        config_revision=settings.revisions.workspace,
        config_revisions=settings.revisions,
        config=settings.config,
        started_at=now,
    )
    started = persona.model_copy(update={"pending_run_id": run_id})
    if persona.status is PersonaStatus.FAILED:
        started = started.with_status(PersonaStatus.GENERATING, now).model_copy(update={"run_id": run_id})
    return NewRun(started, run, state, source.stored)
