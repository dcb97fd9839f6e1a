"""Lambda entry: fails a run after the state machine caught an error."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from fourfold.persona import Document
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.run_context import RunIdentity
from functions.wiring import run_context

logger = Logger()


class CaughtError(Document):
    """An error as Step Functions reports it; `cause` is optional."""

    error: str
    cause: str | None = None


class FailRunInput(Document):
    """The run that failed, and the error."""

    run: RunIdentity
    error: CaughtError


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ends the run, with its event for the bus; returns an empty object."""
    failed = FailRunInput.model_validate(event)
    problem = problem_from(failed.error.error, failed.error.cause or "")
    fail_run(failed.run, problem, run_context())
    logger.warning("run failed", extra={"run_id": failed.run.run_id, "code": problem.code})
    return {}
