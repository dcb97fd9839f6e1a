"""The deployment's key for signatures of exports, in the ApiKeys table: `SIGNING#1`. It is made at its first use."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_KEY: Final[Any] = {"pk": {"S": "SIGNING#1"}}
_BYTES: Final = 32


def signing_key(client: DynamoDBClient, table: str) -> bytes:
    """Returns the key; the first caller of a deployment makes it.

    Raises:
        ClientError, BotoCoreError: DynamoDB failed.
    """
    kept = _kept(client, table)
    if kept is not None:
        return kept
    try:
        client.put_item(
            TableName=table,
            Item={**_KEY, "secret": {"B": secrets.token_bytes(_BYTES)}},
            ConditionExpression="attribute_not_exists(pk)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":  # another process made it
            raise
    kept = _kept(client, table)
    if kept is None:
        raise LookupError("the signing key was deleted while it was made")
    return kept


def _kept(client: DynamoDBClient, table: str) -> bytes | None:
    item = client.get_item(TableName=table, Key=_KEY, ConsistentRead=True).get("Item")
    return None if item is None else bytes(item["secret"]["B"])
