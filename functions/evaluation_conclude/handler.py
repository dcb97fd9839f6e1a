"""Lambda entry: ends an evaluation with its report, after all its pairs or after a failure of its execution."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger

from fourfold.evaluation.concluding import EVALUATION_FAILED, conclude
from fourfold.persona import Document
from functions.wiring import conclusion_context, evaluations

logger = Logger()


class ConcludeInput(Document):
    """The evaluation to end; `failed` is the error of its execution, if it had one."""

    workspace_id: str
    evaluation_id: str
    failed: str | None = None


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Ends the evaluation; returns an empty object."""
    asked = ConcludeInput.model_validate(event)
    evaluation = evaluations().find(asked.workspace_id, asked.evaluation_id)
    if evaluation is None:
        return {}
    failure = None if asked.failed is None else EVALUATION_FAILED
    ended = conclude(evaluation, conclusion_context(evaluation), failure)
    fields = {"evaluation_id": ended.id, "status": ended.status, "stopped": ended.stopped, "error": asked.failed}
    logger.info("evaluation ended", extra=fields)
    return {}
