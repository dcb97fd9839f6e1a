"""Lambda entry: fails the run or evaluation of an execution that ended without its error handler."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.evaluation.concluding import EVALUATION_FAILED, conclude
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.run_context import RunIdentity
from functions.wiring import conclusion_context, evaluations, run_context

logger = Logger()


def _end(record: SQSRecord) -> None:
    """One `Step Functions Execution Status Change` event; its `detail.input` is the execution's input as text."""
    detail = json.loads(record.body)["detail"]
    given = json.loads(detail["input"])
    if "evaluation_id" in given:
        _end_evaluation(given, detail)
    else:
        _end_run(given["state"], detail)


def _end_run(state: dict[str, Any], detail: dict[str, Any]) -> None:
    run = RunIdentity(**{name: state[name] for name in RunIdentity.model_fields})
    problem = problem_from(detail.get("error") or detail["status"], detail.get("cause") or "")
    fail_run(run, problem, run_context())
    logger.info("execution ended", extra={"run_id": run.run_id, "status": detail["status"]})


def _end_evaluation(given: dict[str, Any], detail: dict[str, Any]) -> None:
    evaluation = evaluations().find(given["workspace_id"], given["evaluation_id"])
    if evaluation is None:  # it is deleted
        return
    conclude(evaluation, conclusion_context(evaluation), EVALUATION_FAILED)
    logger.info("execution ended", extra={"run_id": evaluation.run_id, "status": detail["status"]})


def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """Returns the SQS partial batch response, so that only failed records are redelivered."""
    processor = BatchProcessor(event_type=EventType.SQS)  # one for each invocation: it keeps the failures of its batch
    return process_partial_response(event=event, record_handler=_end, processor=processor, context=context)
