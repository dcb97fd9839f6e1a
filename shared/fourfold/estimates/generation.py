"""The estimate of a generation: the real prompts of its steps, with layers and answers of a usual length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.config.models import ModelConfig
from fourfold.estimates.estimate import Estimate
from fourfold.estimates.planned import PlannedCall, estimate_of, request_tokens
from fourfold.pipeline.audit import AUDIT, CONFIRM_AUDIT
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.new_run import BY_THE_BRIEF, PersonaChoices, new_run
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold.steps import STEP_ORDER, StepName, position


@dataclass(frozen=True, slots=True)
class _Usual:
    """Tokens of the layers and constraints before a step, and of its answer.

    Means over the 24 briefs of the label set with the offline composer.
    """

    before: int
    answer: int


_USUAL: Final[dict[StepName, _Usual]] = {
    StepName.INTENT_PARSE: _Usual(0, 147),
    StepName.SOUL_DRAFT: _Usual(86, 338),
    StepName.SELF_ENRICH: _Usual(388, 135),
    StepName.MASK_BUILD: _Usual(507, 195),
    StepName.SURFACE_GROUND: _Usual(696, 74),
    StepName.AUDIT: _Usual(771, 366),
    StepName.CONFIRM_AUDIT: _Usual(771, 366),
    StepName.SINGLE_CALL: _Usual(0, 640),
}
_STEPS: Final[dict[StepName, Step[Any]]] = {
    step.name: step
    for step in (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, AUDIT, CONFIRM_AUDIT, SINGLE_CALL)
}


def estimate_generation(
    intent: str,
    config: EngineConfig,
    start_at: StepName = StepName.INTENT_PARSE,
    choices: PersonaChoices = BY_THE_BRIEF,
) -> Estimate:
    """Returns what a run that starts at `start_at` would cost for a brief."""
    return estimate_of(planned_generation(intent, config, start_at, choices))


def planned_generation(
    intent: str,
    config: EngineConfig,
    start_at: StepName = StepName.INTENT_PARSE,
    choices: PersonaChoices = BY_THE_BRIEF,
) -> list[PlannedCall]:
    """Returns the calls of a run that starts at `start_at`."""
    state = new_run(intent, "ws_estimate", RunSettings(config), datetime.now(UTC), choices=choices).state
    return [_planned(_STEPS[step], state, times) for step, times in _times(config, start_at)]


def planned_audit(intent: str, judge: ModelConfig) -> PlannedCall:
    """Returns the audit of a persona by another model than that of its run."""
    state = new_run(intent, "ws_estimate", RunSettings(EngineConfig()), datetime.now(UTC)).state
    return replace(_planned(AUDIT, state, (1, 1)), config=judge)


def usual_answer_tokens(step: StepName) -> int:
    """Returns the tokens of a usual answer of a step."""
    return _USUAL[step].answer


def estimate_steps(intent: str, config: EngineConfig, steps: Sequence[StepName], most: int) -> Estimate:
    """Returns what some steps of a run would cost, each asked once at least and `most` times at most."""
    state = new_run(intent, "ws_estimate", RunSettings(config), datetime.now(UTC)).state
    return estimate_of([_planned(_STEPS[step], state, (1, most)) for step in steps])


def _times(config: EngineConfig, start_at: StepName) -> Sequence[tuple[StepName, tuple[int, int]]]:
    """The steps of a run with the least and the greatest number of their calls."""
    audit = config.pipeline.audit
    if config.pipeline.method == "single_call":
        once = [(StepName.SINGLE_CALL, (1, 1)), (StepName.AUDIT, (1, 1))]
        return [*once, (StepName.CONFIRM_AUDIT, (1, 1))] if audit.confirm == "always" else once
    repeats = 1 if audit.max_retries else 0
    first = position(StepName(audit.retry_from))
    planned = [
        (step, (1, 1 + (repeats if position(step) >= first else 0)))
        for step in STEP_ORDER
        if position(step) >= position(start_at)
    ]
    confirmed = {"always": (1, 1), "after_retry": (0, repeats), "never": (0, 0)}[audit.confirm]
    return [*planned, (StepName.CONFIRM_AUDIT, confirmed)] if confirmed[1] else planned


def _planned(step: Step[Any], state: RunState, times: tuple[int, int]) -> PlannedCall:
    usual = _USUAL[step.name]
    return PlannedCall(
        part=step.name.value,
        config=state.config.pipeline.of(step.name),
        input_tokens=request_tokens(step.request(state)) + usual.before,
        output_tokens=usual.answer,
        least=times[0],
        most=times[1],
    )
