"""Lambda entry: stores the run of one cell of an evaluation, for the state machine to execute."""

from __future__ import annotations

import json
from typing import Any, Literal

from aws_lambda_powertools import Logger

from fourfold.evaluation.cell_start import CellStarts
from fourfold.evaluation.cells import run_id_of
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.persona import Document
from fourfold.pipeline.submit import EvaluationOverError
from fourfold.progress.events import JobStarted
from fourfold.progress.log import RunOverError
from fourfold.progress.run import RunStatus
from functions.clock import now
from functions.wiring import budget, evaluation_log, evaluations, persona_store, run_context, run_repository

logger = Logger()
_NOT_STARTED: dict[str, Any] = {"started": False}


class StartCellInput(Document):
    """The cell to start; `slots` is how many runs the workspace may have at once."""

    workspace_id: str
    evaluation_id: str
    brief: int
    side: Literal["a", "b"]
    slots: int


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Returns `{started, run_id, input}`: the execution to start, or to wait for if it was started before.

    Raises:
        WorkspaceFullError: the workspace has `slots` runs in progress; the state machine tries again.
    """
    cell = StartCellInput.model_validate(event)
    evaluation = evaluations().find(cell.workspace_id, cell.evaluation_id)
    if evaluation is None or evaluation.status is not EvaluationStatus.RUNNING:
        return _NOT_STARTED
    run = persona_store().run(cell.workspace_id, run_id_of(evaluation.id, cell.brief, cell.side))
    if run is not None and run.status is not RunStatus.RUNNING:
        return _NOT_STARTED
    if budget(cell.workspace_id, evaluation.id).stopped() is not None:
        return _NOT_STARTED
    if cell.brief == 0:
        _log_beginning(evaluation)
    starts = CellStarts(evaluations(), run_repository(), run_context(), cell.slots)
    try:
        start = starts.start(evaluation, cell.brief, cell.side, run, now())
    except EvaluationOverError:
        return _NOT_STARTED
    logger.info("cell started", extra={"evaluation_id": evaluation.id, "run_id": start.run.id})
    return {"started": True, "run_id": start.run.id, "input": json.loads(start.execution_input())}


def _log_beginning(evaluation: Evaluation) -> None:
    """Logs that the evaluation's execution was started: without this entry, it counts as never started."""
    try:
        evaluation_log(evaluation).append(JobStarted(kind="evaluation"))
    except RunOverError:
        logger.info("evaluation has ended", extra={"evaluation_id": evaluation.id})
