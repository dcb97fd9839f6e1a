"""What a request to write parts of a persona again asks for, and what it would cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import BaseModel, Field

from fourfold.config.engine import EngineConfig
from fourfold.estimates.generation import estimate_steps
from fourfold.http.problems import ProblemError, rejected
from fourfold.persona import AxisName, Persona
from fourfold.pipeline.rewrite import AXES_OF_LAYER, BadRewriteError, Refinement, RewritePlan, RewriteRequest, plan_of
from fourfold.problem import FieldError
from fourfold.steps import StepName
from functions.api.personas.schemas import RefineRequest

# A step asks once, and once more for a repair.
_CALLS_OF_A_STEP = 2


class Range(BaseModel):
    """The least and the most of something."""

    low: float
    high: float


class PlannedStep(BaseModel):
    """A step that would call a model: the models in the order in which they are asked."""

    step: StepName
    models: Annotated[tuple[str, ...], Field(min_length=1)]


class RewriteEstimate(BaseModel):
    """What a run would do. `calls.low`: no step is repaired or retried. `calls.high`: every step is repaired and the
    run is retried as often as its settings allow; further models of a step are asked only if one fails.

    `usd` is computed from the prompts of the steps, at list prices, with layers and answers of a usual length; null if
    a price is unknown.
    """

    steps: tuple[PlannedStep, ...]
    models: tuple[str, ...]
    calls: Range
    usd: Range | None


ALIASES: Final[Mapping[str, AxisName]] = {
    "darker": "gravity",
    "warmer": "warmth",
    "more_authoritative": "intensity",
}


def refinement_of(asked: RefineRequest) -> Refinement:
    """Returns the refinement that a request asks for.

    Raises:
        ProblemError: 422, the layer has no such axis, or the amount does not fit.
    """
    if asked.layer not in {"soul", "mask"}:
        detail = "Only soul and mask have a tone. Change fields of the other layers with edits."
        raise rejected([FieldError(pointer="/refine/layer", code="no_axis", detail=detail)])
    axes = AXES_OF_LAYER[asked.layer]
    axis = next((name for name in axes if name == ALIASES.get(asked.axis, asked.axis)), None)
    if axis is None:
        detail = f"The {asked.layer} has the axes {', '.join(axes)}."
        raise rejected([FieldError(pointer="/refine/axis", code="no_axis", detail=detail)])
    if asked.amount == 0 or (asked.amount < 0 and asked.axis in ALIASES):
        detail = "Must be above 0 for darker, warmer and more_authoritative, and not 0 for an axis."
        raise rejected([FieldError(pointer="/refine/amount", code="no_move", detail=detail)])
    return Refinement.model_validate({"layer": asked.layer, "axis": axis, "amount": asked.amount})


def checked_plan(request: RewriteRequest) -> RewritePlan:
    """Returns the plan of a request.

    Raises:
        ProblemError: 422, the request contradicts itself.
    """
    try:
        return plan_of(request)
    except BadRewriteError as error:
        raise bad_rewrite(error) from None


def bad_rewrite(error: BadRewriteError) -> ProblemError:
    """422 that names the contradictions."""
    return rejected(error.faults)


def estimate(plan: RewritePlan, config: EngineConfig, persona: Persona, *, refines: bool = False) -> RewriteEstimate:
    """Returns what a run with this plan and these settings would do. `refines`: a reading measures the move."""
    steps = tuple(PlannedStep(step=step, models=config.pipeline.of(step).chain) for step in plan.steps)
    retries = 0 if plan.first is StepName.AUDIT else config.pipeline.audit.max_retries
    most = _CALLS_OF_A_STEP * (1 + retries)
    measured = [StepName.AUDIT] if refines else []
    cost = estimate_steps(persona.intent, config, [*plan.steps, *measured], most).usd
    usd = None if cost.low is None or cost.high is None else Range(low=cost.low, high=cost.high)
    return RewriteEstimate(
        steps=steps,
        models=tuple(dict.fromkeys(model for step in steps for model in step.models)),
        calls=Range(low=len(steps) + refines, high=(len(steps) + refines) * most),
        usd=usd,
    )
