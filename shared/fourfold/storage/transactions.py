"""All-or-nothing writes, with the reason when it was nothing."""

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


def transact(client: DynamoDBClient, items: Sequence[TransactWriteItemTypeDef]) -> frozenset[int]:
    """Writes all items or none.

    Returns:
        The places of the items whose condition did not hold; empty if everything is written.
    """
    for pause in (*_CONFLICT_PAUSES, None):
        try:
            client.transact_write_items(TransactItems=items)
        except ClientError as error:
            refused = _places(error, "ConditionalCheckFailed")
            if refused:
                return refused
            if pause is None or not _places(error, "TransactionConflict"):
                raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads writers, keeps no secret
        else:
            break
    return frozenset()


def _places(error: ClientError, code: str) -> frozenset[int]:
    """Which of a cancelled transaction's reasons are `code`."""
    reasons = error.response.get("CancellationReasons", [])
    return frozenset(place for place, reason in enumerate(reasons) if reason.get("Code") == code)
