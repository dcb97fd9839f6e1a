"""Lambda entry: stores the shipped attempt, with its events for the bus."""

from __future__ import annotations

from typing import Any, Literal

from aws_lambda_powertools import Logger

from fourfold.persona import Document
from fourfold.pipeline.lifecycle import complete_run
from fourfold.pipeline.state import RunState
from functions.wiring import run_context

logger = Logger()


class StorePersonaInput(Document):
    """The state machine's verdict and the attempt that ships."""

    status: Literal["active", "flagged"]
    state: RunState


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Answers with an empty object: nothing of the end is left to the state machine."""
    verdict = StorePersonaInput.model_validate(event)
    complete_run(verdict.state, verdict.status, run_context())
    logger.info("run completed", extra={"run_id": verdict.state.run_id, "status": verdict.status})
    return {}
