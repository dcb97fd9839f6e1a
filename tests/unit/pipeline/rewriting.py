"""Runs that rewrite parts of a persona, without storage."""

from __future__ import annotations

import json

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.persona import Persona, PersonaStatus
from fourfold.pipeline.complete_run import completed_persona
from fourfold.pipeline.new_run import NewRun, pinned_run
from fourfold.pipeline.regeneration import new_regeneration, regeneration_config
from fourfold.pipeline.rewrite import RewriteRequest, plan_of
from fourfold.pipeline.state import RunState
from fourfold.pipeline.store import StoredPersona
from fourfold.steps import position
from tests.builders import ALL_STEPS, START, MemoryEventStore, ScriptedModel, log_of, performed, state_before

SETTINGS = RunSettings(EngineConfig())
BASIS = state_before(ALL_STEPS[-1]).basis()


def stored(whole: Persona) -> StoredPersona:
    return StoredPersona(whole, whole.model_dump_json())


def started(whole: Persona, request: RewriteRequest) -> NewRun:
    plan = plan_of(request)
    settings = RunSettings(regeneration_config(SETTINGS.engine, plan))
    run = pinned_run(whole.id, whole.workspace_id, settings, START, plan.first)
    return new_regeneration(stored(whole), BASIS, run, None if request.is_plain else request)


def run_through(start: NewRun, model: ScriptedModel) -> RunState:
    """All steps of a run, its state passing through JSON as in Step Functions."""
    state, events = start.state, MemoryEventStore()
    for step in ALL_STEPS[position(state.start_at) :]:
        state = RunState.model_validate_json(json.dumps(state.model_dump(mode="json")))
        state = performed(step, state, model, log_of(events, state))
    return state


def ended(start: NewRun, state: RunState, whole: Persona) -> Persona:
    return completed_persona(whole, state, start.run, start.base, PersonaStatus.ACTIVE, START)
