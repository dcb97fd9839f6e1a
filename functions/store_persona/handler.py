"""Lambda entry: stores the persona of the final attempt, with its events for the bus."""

from __future__ import annotations

import os
from typing import Any, Literal

from aws_lambda_powertools import Logger

from fourfold.persona import Document
from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.state import RunState
from functions.preload import preload
from functions.wiring import run_context

logger = Logger()


class StorePersonaInput(Document):
    """The persona's final status, and the state of the final attempt."""

    status: Literal["active", "flagged"]
    state: RunState


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Stores the persona and ends the run; returns an empty object."""
    verdict = StorePersonaInput.model_validate(event)
    complete_run(verdict.state, verdict.status, run_context())
    logger.info("run completed", extra={"run_id": verdict.state.run_id, "status": verdict.status})
    return {}


preload(os.environ)
