"""A step's settings reach the model it asks: room, time, and who is asked when the first one fails."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.config.engine import EngineConfig, PipelineConfig, StepConfig
from fourfold.llm.port import ModelError, ModelFailure
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from tests.builders import ALL_STEPS, ScriptedModel, state_before, stepped

SETTINGS = {"max_tokens": 777, "timeout_s": 33}


def set_for(step: Step[Any], **settings: Any) -> RunState:
    """The state before `step`, pinned to `settings` for it and for no other step."""
    usual = PipelineConfig()
    block: StepConfig = usual.of(step.name).model_copy(update=settings)
    pipeline = usual.model_copy(update={step.name.value: block})
    return state_before(step).model_copy(update={"config": EngineConfig(pipeline=pipeline).pinned()})


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.name)
def test_room_and_time_are_the_steps_own(step: Step[Any]) -> None:
    model = ScriptedModel()
    stepped(step, set_for(step, **SETTINGS), model)
    assert [(request.max_tokens, request.timeout_s) for request in model.requests] == [(777, 33)]


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.name)
def test_settings_of_one_step_are_not_anothers(step: Step[Any]) -> None:
    other = ALL_STEPS[ALL_STEPS.index(step) - 1]
    model = ScriptedModel()
    state = state_before(step).model_copy(update={"config": set_for(other, **SETTINGS).config})
    stepped(step, state, model)
    usual = PipelineConfig().of(step.name)
    assert [(request.max_tokens, request.timeout_s) for request in model.requests] == [
        (usual.max_tokens, usual.timeout_s)
    ]


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.name)
def test_a_temperature_is_sent_as_set(step: Step[Any]) -> None:
    model = ScriptedModel()
    stepped(step, set_for(step, model="google:gemini-3.8-flash", temperature=1.25), model)
    assert [request.temperature for request in model.requests] == [1.25]


@pytest.mark.parametrize("step", ALL_STEPS, ids=lambda step: step.name)
def test_the_fallback_answers_where_the_model_refuses(step: Step[Any]) -> None:
    first = ScriptedModel([ModelError(ModelFailure.AUTHENTICATION, "no")], name="scripted:first")
    second = ScriptedModel(name="scripted:second")
    stepped(step, set_for(step, **SETTINGS), first, second)
    assert (len(first.requests), len(second.requests)) == (1, 1)
    assert second.requests[0].max_tokens == 777


def test_the_chain_is_the_model_and_its_fallbacks_each_once() -> None:
    config = StepConfig(model="openai:gpt-6.1-sol", fallback=("google:gemini-3.8-flash", "openai:gpt-6.1-sol"))
    assert config.chain == ("openai:gpt-6.1-sol", "google:gemini-3.8-flash")
