"""The DynamoDB client every repository shares within a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from botocore.config import Config
from botocore.session import get_session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@cache
def dynamodb() -> DynamoDBClient:
    """A client with short timeouts: a stuck call must not eat a step's time. The environment tells where it calls.

    Made from botocore: boto3 would add its transfer manager, a third of the import, for the same client.
    """
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"mode": "standard", "total_max_attempts": 4},
        max_pool_connections=64,  # the API's threads share it: one for each, so that none is thrown away
    )
    return cast("DynamoDBClient", get_session().create_client("dynamodb", config=config))
