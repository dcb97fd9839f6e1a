"""Transactions that meet other transactions on the same item: tried again after a moment, which botocore does not."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

_CONFLICT_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)


def transact(client: DynamoDBClient, writes: Sequence[TransactWriteItemTypeDef]) -> frozenset[int]:
    """Writes all or nothing.

    Returns:
        The places in `writes` whose condition did not hold; empty when everything is written.
    """
    for pause in (*_CONFLICT_PAUSES, None):
        try:
            client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            failed = _places(error, "ConditionalCheckFailed")
            if failed:
                return failed
            if pause is None or not _places(error, "TransactionConflict"):
                raise
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads writers, keeps no secret
        else:
            break
    return frozenset()


def _places(error: ClientError, code: str) -> frozenset[int]:
    """Which of a cancelled transaction's writes were cancelled for this reason."""
    reasons = error.response.get("CancellationReasons", [])
    return frozenset(place for place, reason in enumerate(reasons) if reason.get("Code") == code)
