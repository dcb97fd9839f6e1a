"""Starts executions of the state machine."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NoReturn, cast

from aws_lambda_powertools import Logger
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fourfold.aws import client
from fourfold.made_once import MadeOnce
from fourfold.pipeline.submit import NotStartedError
from fourfold.trace import current_trace

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions.client import SFNClient

logger = Logger()


@MadeOnce
def stepfunctions() -> SFNClient:
    """The Step Functions client."""
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=64,
    )
    return cast("SFNClient", client("stepfunctions", config))


PIPELINE_MACHINE, EVALUATION_MACHINE = "FOURFOLD_STATE_MACHINE_ARN", "FOURFOLD_EVALUATION_MACHINE_ARN"


def start_execution(name: str, execution_input: str, machine: str = PIPELINE_MACHINE) -> None:
    """Starts the execution `name` of the machine whose ARN is in the environment variable `machine`.

    An existing execution of this name counts as started.

    Raises:
        NotStartedError: Step Functions returned an error, or did not respond in three attempts.
    """
    trace: Any = {} if (header := current_trace()) is None else {"traceHeader": header}
    try:
        stepfunctions().start_execution(stateMachineArn=os.environ[machine], name=name, input=execution_input, **trace)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ExecutionAlreadyExists":
            return
        _refused(name, error.response["Error"]["Code"])
    except BotoCoreError as error:
        _refused(name, type(error).__name__)


def _refused(name: str, code: str) -> NoReturn:
    """Raises without botocore's message, which may quote the input and so the brief."""
    logger.error("execution not started", extra={"run_id": name, "code": code})
    raise NotStartedError from None
