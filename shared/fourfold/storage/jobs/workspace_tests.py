"""A workspace's own provocation tests, and which of the shipped ones it switched off.

pk tests_pk   sk the test's id
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fourfold.provocation.workspace_tests import WorkspaceTest
from fourfold.storage.layout import ConvertedWorkspaces
from fourfold.storage.partitions import tests_pk
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


class DynamoWorkspaceTests:
    """The tests of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)
        self._converted = ConvertedWorkspaces(self._table)

    def all(self, workspace_id: str) -> dict[str, WorkspaceTest]:
        """What a workspace has set, by test id, strongly consistent.

        Raises:
            OutdatedStoreError: an earlier version stored it.
        """
        self._converted.require(workspace_id)
        tests = [
            WorkspaceTest.model_validate_json(item["doc"]["S"]) for item in self._table.query(tests_pk(workspace_id))
        ]
        return {test.id: test for test in tests}

    def put(self, workspace_id: str, test: WorkspaceTest) -> None:
        """Stores a test or a switch, over an earlier one."""
        self._table.put({**key(tests_pk(workspace_id), test.id), "doc": {"S": test.model_dump_json()}})

    def delete(self, workspace_id: str, test_id: str) -> None:
        """Deletes a test or a switch; an absent one is no error."""
        self._table.delete(key(tests_pk(workspace_id), test_id))
