"""The DynamoDB client every repository shares within a process."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@cache
def dynamodb() -> DynamoDBClient:
    """A client with short timeouts: a stuck call must not eat a step's time. The environment tells where it calls."""
    retries: Any = {"mode": "standard", "total_max_attempts": 4}
    return boto3.client("dynamodb", config=Config(connect_timeout=2, read_timeout=5, retries=retries))
