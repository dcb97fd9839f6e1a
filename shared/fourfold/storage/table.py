"""One table: the requests that the repositories share."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

Item = dict[str, Any]

_READ_AT_ONCE, _WRITTEN_AT_ONCE = 100, 25
_ATTEMPTS = 10
_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0
_CONDITION_FAILED, _TRANSACTION_CONFLICT = "ConditionalCheckFailedException", "TransactionConflictException"
# Between attempts at a write that conflicts with a transaction, in seconds.
CONFLICT_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)


class Table:
    """A DynamoDB table. Every read is strongly consistent."""

    def __init__(self, client: DynamoDBClient, name: str) -> None:
        self.client = client
        self.name = name

    def get(self, key: Mapping[str, Any], fields: str | None = None) -> Item | None:
        """The item with this key, or of it the attributes in `fields` (a projection expression); None if absent."""
        shown = _projection(fields, None)
        return self.client.get_item(TableName=self.name, Key=key, ConsistentRead=True, **shown).get("Item")

    def get_many(
        self, keys: Iterable[Mapping[str, Any]], *, fields: str | None = None, names: Mapping[str, str] | None = None
    ) -> Iterator[Item]:
        """The items with these keys (of them, the attributes in `fields`), in any order; absent ones are left out.

        Raises:
            TimeoutError: DynamoDB keeps leaving keys unread.
        """
        asked, shown = iter(keys), _projection(fields, names)
        while batch := list(islice(asked, _READ_AT_ONCE)):
            for _ in _attempts():
                request: Any = {self.name: {"Keys": batch, "ConsistentRead": True, **shown}}
                reply: Any = self.client.batch_get_item(RequestItems=request)
                yield from reply["Responses"].get(self.name, [])
                batch = reply.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if not batch:
                    break

    def query(  # noqa: PLR0913 - a keyword for each part of a Query
        self,
        pk: str,
        prefix: str = "",
        *,
        start_after: Mapping[str, Any] | None = None,
        newest_first: bool = False,
        page: int | None = None,
        fields: str | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Iterator[Item]:
        """The items of a partition whose text sort keys begin with `prefix`, in order of the sort key.

        Args:
            pk: the partition key.
            prefix: of the sort key; empty for the whole partition.
            start_after: the key of the item before the first one wanted; it may be absent.
            newest_first: descending order.
            page: items read by one request; None: as many as fit into 1 MB.
            fields: the attributes wanted (a projection expression); None: all.
            names: what the `#names` in `fields` mean.
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk" + (" AND begins_with(sk, :prefix)" if prefix else ""),
            "ExpressionAttributeValues": {":pk": {"S": pk}, **({":prefix": {"S": prefix}} if prefix else {})},
            "ScanIndexForward": not newest_first,
            "ConsistentRead": True,
            **({} if page is None else {"Limit": page}),
            **_projection(fields, names),
        }
        start: dict[str, Any] = {} if start_after is None else {"ExclusiveStartKey": start_after}
        while True:
            reply = self.client.query(**request, **start)
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def scan(self, matching: str, values: Mapping[str, Any], fields: str) -> Iterator[Item]:
        """Of all items of the table that match a filter, the attributes in `fields`. Every item is read, and paid."""
        pages = self.client.get_paginator("scan").paginate(
            TableName=self.name,
            FilterExpression=matching,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            ProjectionExpression=fields,
        )
        for page in pages:
            yield from page["Items"]

    def put(
        self,
        item: Mapping[str, Any],
        condition: str | None = None,
        *,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> bool:
        """Stores the item, if the condition holds; says whether it did."""
        conditional = conditional_on(condition, values, names)
        return _unless_refused(lambda: self.client.put_item(TableName=self.name, Item=item, **conditional)) is not None

    def update(
        self,
        key: Mapping[str, Any],
        change: str,
        condition: str,
        *,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Item | None:
        """Changes the item, if the condition holds.

        Returns:
            The item after the change, or None if the condition did not hold.
        """
        conditional = conditional_on(condition, values, names)
        return _unless_refused(
            lambda: self.client.update_item(
                TableName=self.name, Key=key, UpdateExpression=change, ReturnValues="ALL_NEW", **conditional
            )
        )

    def delete(
        self,
        key: Mapping[str, Any],
        condition: str | None = None,
        *,
        values: Mapping[str, Any] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Item | None:
        """Deletes the item with this key, if the condition holds.

        Returns:
            The item as it was, or None if it was absent or the condition did not hold.
        """
        conditional = conditional_on(condition, values, names)
        deleted = _unless_refused(
            lambda: self.client.delete_item(TableName=self.name, Key=key, ReturnValues="ALL_OLD", **conditional)
        )
        return deleted or None

    def delete_many(self, keys: Iterable[Mapping[str, Any]]) -> None:
        """Deletes the items with these keys; absent ones are no error.

        Raises:
            TimeoutError: DynamoDB keeps putting deletions off.
        """
        self._write_many({"DeleteRequest": {"Key": key}} for key in keys)

    def put_many(self, items: Iterable[Mapping[str, Any]]) -> None:
        """Stores the items, over what their keys hold. Raises as `delete_many`."""
        self._write_many({"PutRequest": {"Item": item}} for item in items)

    def _write_many(self, requests: Iterable[dict[str, Any]]) -> None:
        asked = iter(requests)
        while batch := list[Any](islice(asked, _WRITTEN_AT_ONCE)):
            for _ in _attempts():
                reply = self.client.batch_write_item(RequestItems={self.name: batch})
                batch = list(reply.get("UnprocessedItems", {}).get(self.name, []))
                if not batch:
                    break


def conditional_on(
    condition: str | None, values: Mapping[str, Any] | None, names: Mapping[str, str] | None
) -> dict[str, Any]:
    """The parameters of a conditional write; none without a condition."""
    if condition is None:
        return {}
    return {
        "ConditionExpression": condition,
        **({"ExpressionAttributeValues": values} if values else {}),
        **({"ExpressionAttributeNames": names} if names else {}),
    }


def key(pk: str, sk: str) -> dict[str, Any]:
    """The key of an item in a table with a text sort key."""
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _projection(fields: str | None, names: Mapping[str, str] | None) -> dict[str, Any]:
    if fields is None:
        return {}
    return {"ProjectionExpression": fields, **({"ExpressionAttributeNames": names} if names else {})}


def _unless_refused(write: Callable[[], Any]) -> Item | None:
    """The attributes a conditional write answers with; None if its condition did not hold. Other errors are raised.

    DynamoDB refuses to write an item that a transaction holds, so it is tried again: botocore does not.
    """
    pauses = iter(CONFLICT_PAUSES)
    while True:
        try:
            attributes: Item = write().get("Attributes", {})
        except ClientError as error:
            code, pause = error.response["Error"]["Code"], next(pauses, None)
            if code == _CONDITION_FAILED:
                return None
            if pause is None or code != _TRANSACTION_CONFLICT:
                raise
            wait_about(pause)
        else:
            return attributes


def wait_about(seconds: float) -> None:
    """Waits half to one and a half times as long, so that writers that met do not meet again."""
    time.sleep(seconds * random.uniform(0.5, 1.5))  # noqa: S311 - spreads writers, keeps no secret


def _attempts() -> Iterator[int]:
    """Attempts at a batch, with growing pauses in between. Raises TimeoutError after the last."""
    pause = _PAUSE_S
    for number in range(_ATTEMPTS):
        if number:
            wait_about(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_S)
        yield number
    raise TimeoutError("DynamoDB kept putting parts of a batch off")
