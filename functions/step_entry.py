"""The entry all six step functions share: state in, state out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger

from fourfold.language_model import ModelError
from fourfold.models import resolve
from fourfold.pipeline.perform import perform
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Output, Step
from functions.wiring import run_log

logger = Logger()

Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def step_handler(step: Step[Output]) -> Handler:
    """A Lambda handler that performs `step` on the run state it is given and answers with the next one."""

    def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
        state = RunState.model_validate(event)
        logger.append_keys(run_id=state.run_id, workspace_id=state.workspace_id, step=step.name, attempt=state.attempt)
        try:
            after = perform(
                step, state, resolve(state.config.pipeline.of(step.name).model), run_log(state, state.log_seq)
            )
        except ModelError as error:
            logger.warning("step failed", extra={"failure": error.failure})
            raise
        logger.info("step done", extra={"violations": len(after.violations)})
        return after.model_dump(mode="json")

    return handler
