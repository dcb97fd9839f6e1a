"""Transactions: all writes or none. A conflict with another transaction is retried, which botocore does not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.storage.table import CONFLICT_PAUSES, conditional_on, wait_about

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Write = dict[str, Any]
"""One write of a transaction: `{"Put" | "Update" | "Delete" | "ConditionCheck": {...}}`."""

ABSENT = "attribute_not_exists(pk)"
PRESENT = "attribute_exists(pk)"
# What one transaction may hold.
MAX_WRITES = 100


def transact(client: DynamoDBClient, groups: Mapping[str, Sequence[Write]]) -> frozenset[str]:
    """Writes all or nothing.

    Args:
        client: a DynamoDB client.
        groups: the writes (100 in all), by a name for what they store.

    Returns:
        The names of the groups in which a condition did not hold; empty when everything is written.
    """
    names = [name for name, writes in groups.items() for _ in writes]
    items: list[Any] = [write for writes in groups.values() for write in writes]
    for pause in (*CONFLICT_PAUSES, None):
        try:
            client.transact_write_items(TransactItems=items)
        except ClientError as error:
            failed = _places(error, "ConditionalCheckFailed")
            if failed:
                return frozenset(names[place] for place in failed)
            if pause is None or not _places(error, "TransactionConflict"):
                raise
            wait_about(pause)
        else:
            break
    return frozenset()


def put(
    table: str,
    item: Mapping[str, Any],
    condition: str | None = None,
    *,
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Write:
    """A transaction's put, on a condition if one is given."""
    return {"Put": {"TableName": table, "Item": item, **conditional_on(condition, values, names)}}


def update(  # noqa: PLR0913 - a keyword for each part of an UpdateItem
    table: str,
    key: Mapping[str, Any],
    change: str,
    condition: str,
    *,
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Write:
    """A transaction's update on a condition."""
    conditional = conditional_on(condition, values, names)
    return {"Update": {"TableName": table, "Key": key, "UpdateExpression": change, **conditional}}


def delete(
    table: str, key: Mapping[str, Any], condition: str | None = None, *, values: Mapping[str, Any] | None = None
) -> Write:
    """A transaction's deletion, on a condition if one is given."""
    return {"Delete": {"TableName": table, "Key": key, **conditional_on(condition, values, None)}}


def check(
    table: str,
    key: Mapping[str, Any],
    condition: str = PRESENT,
    *,
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> Write:
    """A condition on an item that the transaction does not write."""
    return {"ConditionCheck": {"TableName": table, "Key": key, **conditional_on(condition, values, names)}}


def _places(error: ClientError, code: str) -> frozenset[int]:
    """Which of a cancelled transaction's writes were cancelled for this reason."""
    reasons = error.response.get("CancellationReasons", [])
    return frozenset(place for place, reason in enumerate(reasons) if reason.get("Code") == code)
