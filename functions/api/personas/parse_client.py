"""Runs step 1 on its own by invoking the step's Lambda function, so that its timeout, log and metrics apply."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import TYPE_CHECKING, cast

import anyio
import anyio.to_thread
from aws_lambda_powertools import Logger
from botocore.config import Config

from fourfold.aws import client
from fourfold.config.engine import EngineConfig
from fourfold.estimates.replies import estimate_parse
from fourfold.http.problems import ProblemError, internal_error
from fourfold.http.waiting import MAX_SILENCE_S
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.parse_brief import ParsedBrief, ParseInput, ParseOutcome
from fourfold.spending.spent import spent_on
from fourfold.steps import StepName
from functions.api import wiring
from functions.api.budget import reserved
from functions.api.dependencies import AdmittedCaller
from functions.clock import now

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

logger = Logger()

# A little above the longest that the function waits for its models, so that the function reports the timeout.
READ_TIMEOUT_S = MAX_SILENCE_S + 20
# Threads that wait for the function, separate from those of other requests.
_MAX_CONCURRENT = 16


@cache
def _functions() -> LambdaClient:
    """The Lambda client without retries: after a timeout the model call is already paid for."""
    config = Config(
        connect_timeout=2,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=_MAX_CONCURRENT,
    )
    return cast("LambdaClient", client("lambda", config))


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_MAX_CONCURRENT)


async def parse_brief(caller: AdmittedCaller, parse_input: ParseInput) -> ParsedBrief:
    """Parses a brief without blocking the event loop, and counts its calls in the caller's usage.

    Raises:
        ProblemError: no model returned a valid answer, or the function failed.
    """
    return await anyio.to_thread.run_sync(lambda: _counted(caller, parse_input), limiter=_limiter())


def _counted(caller: AdmittedCaller, parse_input: ParseInput) -> ParsedBrief:
    engine = EngineConfig(pipeline=parse_input.config.pipeline)
    with reserved(caller, lambda: estimate_parse(parse_input.intent, engine)) as spending:
        outcome = invoke_parse(parse_input)
        spending.calls.extend(outcome.calls)
    spent = spent_on("parse", caller.key_id, outcome.calls, StepName.INTENT_PARSE.value)
    wiring.usage().add(caller.workspace_id, now(), spent)
    if outcome.brief is None:
        logger.warning("parse failed", extra={"code": outcome.problem and outcome.problem.code})
        raise ProblemError(outcome.problem or internal_error())
    return outcome.brief


def invoke_parse(parse_input: ParseInput) -> ParseOutcome:
    """Invokes the function and waits for its result.

    Raises:
        ProblemError: the function failed.
    """
    reply = _functions().invoke(
        FunctionName=os.environ["FOURFOLD_INTENT_PARSE_FUNCTION"],
        Payload=json.dumps({"parse": parse_input.model_dump(mode="json")}).encode(),
    )
    answer = reply["Payload"].read()
    if not reply.get("FunctionError"):
        return ParseOutcome.model_validate_json(answer)
    try:
        error_type = str(json.loads(answer).get("errorType", ""))
    except (ValueError, AttributeError):
        error_type = ""
    failure = problem_from(error_type, answer.decode("utf-8", "replace"))
    logger.warning("parse failed", extra={"code": failure.code})
    raise ProblemError(failure)
