"""The SQS client of the job queues, for the API, which sends to them, and the workers, which show a message again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from botocore.config import Config

from fourfold.aws import client
from fourfold.made_once import MadeOnce

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


@MadeOnce
def queues() -> SQSClient:
    """The SQS client."""
    config = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
    return cast("SQSClient", client("sqs", config))
