"""DynamoDB transactions: all of it or nothing, tried again when it met another one."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# Seconds before a transaction that met another one on the same item is tried again; botocore does not.
_CONFLICT_PAUSES = (0.02, 0.05, 0.1, 0.2)


def transact(client: DynamoDBClient, items: Sequence[TransactWriteItemTypeDef]) -> tuple[int, ...]:
    """Writes all items, or none.

    Returns:
        The places of the items whose condition did not hold; nothing if all was written.

    Raises:
        ClientError: anything else, a conflict that lasts included.
    """
    for pause in (*_CONFLICT_PAUSES, None):
        try:
            client.transact_write_items(TransactItems=items)
        except ClientError as error:
            failed = _failed_by(error, "ConditionalCheckFailed")
            if failed:
                return failed
            if pause is None or not _failed_by(error, "TransactionConflict"):
                raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads writers, keeps no secret
        else:
            break
    return ()


def _failed_by(error: ClientError, code: str) -> tuple[int, ...]:
    """The places of a cancelled transaction's items that were cancelled for `code`."""
    reasons = error.response.get("CancellationReasons", [])
    return tuple(place for place, reason in enumerate(reasons) if reason.get("Code") == code)
