"""What a request to write parts of a persona again asks for, and what it would cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import BaseModel, Field

from fourfold.config.engine import EngineConfig
from fourfold.http.problems import ProblemError, rejected
from fourfold.llm.port import provider_and_model
from fourfold.models.prices import cost_usd
from fourfold.persona import Persona
from fourfold.pipeline.rewrite import BadRewriteError, RewritePlan, RewriteRequest, plan_of
from fourfold.steps import StepName

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

    `usd` is computed from the tokens of the persona's last run of each step, at list prices; null if a step has none
    or a price is unknown.
    """

    steps: tuple[PlannedStep, ...]
    models: tuple[str, ...]
    calls: Range
    usd: Range | None


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


def estimate(plan: RewritePlan, config: EngineConfig, persona: Persona) -> RewriteEstimate:
    """Returns what a run with this plan and these settings would do."""
    steps = tuple(PlannedStep(step=step, models=config.pipeline.of(step).chain) for step in plan.steps)
    retries = 0 if plan.first is StepName.AUDIT else config.pipeline.audit.max_retries
    most = _CALLS_OF_A_STEP * (1 + retries)
    costs = list(_costs(steps, persona))
    known = [cost for cost in costs if cost is not None]
    usd = Range(low=round(sum(known), 6), high=round(sum(known) * most, 6)) if len(known) == len(costs) else None
    return RewriteEstimate(
        steps=steps,
        models=tuple(dict.fromkeys(model for step in steps for model in step.models)),
        calls=Range(low=len(steps), high=len(steps) * most),
        usd=usd,
    )


def _costs(steps: tuple[PlannedStep, ...], persona: Persona) -> Iterator[float | None]:
    for planned in steps:
        used = persona.usage.by_step.get(planned.step)
        provider, model = provider_and_model(planned.models[0])
        yield None if used is None else 0.0 if provider == "offline" else cost_usd(provider, model, used.tokens)
