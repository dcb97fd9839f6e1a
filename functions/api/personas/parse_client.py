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
from fourfold.http.problems import ProblemError
from fourfold.http.waiting import MAX_SILENCE_S
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.parse_brief import ParsedBrief, ParseInput

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


async def parse_brief(parse_input: ParseInput) -> ParsedBrief:
    """Parses a brief without blocking the event loop.

    Raises:
        ProblemError: no model returned a valid answer, or the function failed.
    """
    return await anyio.to_thread.run_sync(lambda: invoke_parse(parse_input), limiter=_limiter())


def invoke_parse(parse_input: ParseInput) -> ParsedBrief:
    """Invokes the function and waits for its result; raises as `parse_brief`."""
    reply = _functions().invoke(
        FunctionName=os.environ["FOURFOLD_INTENT_PARSE_FUNCTION"],
        Payload=json.dumps({"parse": parse_input.model_dump(mode="json")}).encode(),
    )
    answer = reply["Payload"].read()
    if not reply.get("FunctionError"):
        return ParsedBrief.model_validate_json(answer)
    try:
        error_type = str(json.loads(answer).get("errorType", ""))
    except (ValueError, AttributeError):
        error_type = ""
    failure = problem_from(error_type, answer.decode("utf-8", "replace"))
    logger.warning("parse failed", extra={"code": failure.code})
    raise ProblemError(failure)
