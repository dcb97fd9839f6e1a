"""A workspace's label sets, in the Personas table.

pk `WS#<workspace>#LABELS`   sk the set's name
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fourfold.judges.labels import StoredLabelSet

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoLabelSets:
    """The label sets of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def all(self, workspace_id: str) -> tuple[StoredLabelSet, ...]:
        """The sets of a workspace by name, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": labels_pk(workspace_id)}},
            ConsistentRead=True,
        )
        return tuple(StoredLabelSet.model_validate_json(item["doc"]["S"]) for page in pages for item in page["Items"])

    def get(self, workspace_id: str, name: str) -> StoredLabelSet | None:
        """One set, or None."""
        reply = self._client.get_item(TableName=self._table, Key=_key(workspace_id, name), ConsistentRead=True)
        item = reply.get("Item")
        return None if item is None else StoredLabelSet.model_validate_json(item["doc"]["S"])

    def put(self, workspace_id: str, stored: StoredLabelSet) -> None:
        """Stores a set, over an earlier one of its name."""
        item = {**_key(workspace_id, stored.name), "doc": {"S": stored.model_dump_json()}}
        self._client.put_item(TableName=self._table, Item=item)

    def delete(self, workspace_id: str, name: str) -> None:
        """Deletes a set; an absent one is no error."""
        self._client.delete_item(TableName=self._table, Key=_key(workspace_id, name))


def labels_pk(workspace_id: str) -> str:
    """The partition of a workspace's label sets."""
    return f"WS#{workspace_id}#LABELS"


def _key(workspace_id: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": labels_pk(workspace_id)}, "sk": {"S": name}}
