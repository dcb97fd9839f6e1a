"""The deployment's key for signatures of exports, in the ApiKeys table: `SIGNING#1`. It is made at its first use."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from fourfold.storage.table import Table
from fourfold.storage.transactions import ABSENT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_KEY: Final[Any] = {"pk": {"S": "SIGNING#1"}}
_BYTES: Final = 32


def signing_key(client: DynamoDBClient, table: str) -> bytes:
    """Returns the key; the first caller of a deployment makes it.

    Raises:
        ClientError, BotoCoreError: DynamoDB failed.
    """
    keys = Table(client, table)
    kept = _kept(keys)
    if kept is not None:
        return kept
    # Refused if another process made it in between; then that one is read.
    keys.put({**_KEY, "secret": {"B": secrets.token_bytes(_BYTES)}}, ABSENT)
    kept = _kept(keys)
    if kept is None:
        raise LookupError("the signing key was deleted while it was made")
    return kept


def _kept(keys: Table) -> bytes | None:
    item = keys.get(_KEY)
    return None if item is None else bytes(item["secret"]["B"])
