"""The Lambda handler that all step functions share: takes a run state and returns the next one."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.estimates.evaluation import step_call_usd
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel, ModelError
from fourfold.models import resolve
from fourfold.models.call_spans import spans_sent
from fourfold.pipeline.distinct_name import NAMING_STEPS
from fourfold.pipeline.execute_step import execute_step
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Output, Step
from fourfold.spending.metered import CallBudget, MeteredModel
from fourfold.spending.run_budget import RunBudget
from fourfold.steps import StepName
from fourfold.trace import Work, current_trace, trace_id
from functions.preload import preload
from functions.wiring import budget, names_of, run_hold, run_log

logger = Logger()

Handler = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]

# Time between the models' deadline and the function's timeout, for writing the event log and returning.
_MARGIN_S = 15.0


def deadline_of(context: LambdaContext, max_s: float = math.inf) -> Deadline:
    """The deadline of model calls: the remaining time of the invocation minus a margin, at most `max_s` seconds."""
    remaining_s = context.get_remaining_time_in_millis() / 1000 - _MARGIN_S
    return Deadline(time.monotonic() + min(remaining_s, max_s))


def step_handler(step: Step[Output]) -> Handler:
    """Returns a Lambda handler that executes `step` on a run state and returns the next state."""

    def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
        deadline = deadline_of(context)
        state = RunState.model_validate(event)
        logger.thread_safe_append_keys(
            run_id=state.run_id,
            workspace_id=state.workspace_id,
            step=step.name,
            attempt=state.attempt,
            trace_id=trace_id(current_trace()),
        )
        try:
            names = names_of(state) if step.name in NAMING_STEPS else None
            with spans_sent(Work(step.name.value, state.workspace_id, state.persona_id, state.run_id)):
                models = _models_of(state, step.name)
                after = execute_step(step, state, models, run_log(state, state.log_seq), deadline, names)
        except ModelError as error:
            fields = {
                "failure": error.failure,
                "reason": error.reason,
                "invalid_fields": sorted({name for call in error.calls for name in call.invalid_fields}),
                "calls": len(error.calls),
            }
            logger.warning("step failed", extra=fields)
            raise
        logger.info("step done", extra={"violations": len(after.violations)})
        return after.model_dump(mode="json")

    return handler


def _models_of(state: RunState, step: StepName) -> list[LanguageModel]:
    """The model chain of a step. Its calls are paid from what limits the run."""
    config = state.config.pipeline.of(step)
    models, paid_from = [resolve(name) for name in config.chain], _budget_of(state)
    if paid_from is None:
        return models
    expected_usd = step_call_usd(step, config)
    return [MeteredModel(model, paid_from, expected_usd) for model in models]


def _budget_of(state: RunState) -> CallBudget | None:
    """The budget of the run's evaluation, or what the run holds of the caps that limit it; None if nothing does."""
    if state.evaluation_id is not None:
        return budget(state.workspace_id, state.evaluation_id)
    if state.reserved_usd is None:
        return None
    return RunBudget(run_hold(state), state.reserved_usd, state.spent_usd)


preload(os.environ)
