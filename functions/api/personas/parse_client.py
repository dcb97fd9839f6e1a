"""Running step 1 alone, by the step's own function: its deadline, its log and its measures hold for it too."""

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
from fourfold.pipeline.failure import problem_from
from fourfold.pipeline.parse_alone import ParsedBrief, ParseInput

if TYPE_CHECKING:
    from mypy_boto3_lambda.client import LambdaClient

logger = Logger()

# A little longer than the function itself may take, so that it is the one who says what happened.
_READ_TIMEOUT_S = 920
# Apart from the threads that answer other requests: a model may take its time.
_AT_ONCE = 16


@cache
def _functions() -> LambdaClient:
    """Never tried twice: the model has been paid when an answer is late."""
    config = Config(
        connect_timeout=2,
        read_timeout=_READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": 1},
        max_pool_connections=_AT_ONCE,
    )
    return cast("LambdaClient", client("lambda", config))


@cache
def _limiter() -> anyio.CapacityLimiter:
    return anyio.CapacityLimiter(_AT_ONCE)


async def parsed(order: ParseInput) -> ParsedBrief:
    """What the brief fixes.

    Raises:
        ProblemError: no model gave a usable answer, or the function failed.
    """
    return await anyio.to_thread.run_sync(lambda: invoke_parse(order), limiter=_limiter())


def invoke_parse(order: ParseInput) -> ParsedBrief:
    """Asks the deployed step and waits for its answer; raises as `parsed`."""
    reply = _functions().invoke(
        FunctionName=os.environ["FOURFOLD_INTENT_PARSE_FUNCTION"],
        Payload=json.dumps({"parse": order.model_dump(mode="json")}).encode(),
    )
    answer = reply["Payload"].read()
    if not reply.get("FunctionError"):
        return ParsedBrief.model_validate_json(answer)
    try:
        kind = str(json.loads(answer).get("errorType", ""))
    except (ValueError, AttributeError):
        kind = ""
    told = problem_from(kind, answer.decode("utf-8", "replace"))
    logger.warning("parse failed", extra={"code": told.code})
    raise ProblemError(told)
