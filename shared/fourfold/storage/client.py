"""The DynamoDB client every repository shares within a process."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from botocore.config import Config

from fourfold.aws import client
from fourfold.made_once import MadeOnce

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@MadeOnce
def dynamodb() -> DynamoDBClient:
    """A client with short timeouts: a stuck call must not eat a step's time."""
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 4},
        max_pool_connections=64,  # the API's threads share it: one for each, so that none is thrown away
    )
    return cast("DynamoDBClient", client("dynamodb", config))
