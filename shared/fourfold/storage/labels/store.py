"""A workspace's label sets.

pk labels_pk   sk the set's name
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourfold.judges.labels import StoredLabelSet
from fourfold.storage.partitions import labels_pk
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoLabelSets:
    """The label sets of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)

    def all(self, workspace_id: str) -> tuple[StoredLabelSet, ...]:
        """The sets of a workspace by name, strongly consistent."""
        found = self._table.query(labels_pk(workspace_id))
        return tuple(StoredLabelSet.model_validate_json(item["doc"]["S"]) for item in found)

    def get(self, workspace_id: str, name: str) -> StoredLabelSet | None:
        """One set, or None."""
        item = self._table.get(key(labels_pk(workspace_id), name))
        return None if item is None else StoredLabelSet.model_validate_json(item["doc"]["S"])

    def put(self, workspace_id: str, stored: StoredLabelSet) -> None:
        """Stores a set, over an earlier one of its name."""
        self._table.put({**key(labels_pk(workspace_id), stored.name), "doc": {"S": stored.model_dump_json()}})

    def delete(self, workspace_id: str, name: str) -> None:
        """Deletes a set; an absent one is no error."""
        self._table.delete(key(labels_pk(workspace_id), name))
