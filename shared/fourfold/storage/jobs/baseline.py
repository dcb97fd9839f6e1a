"""What the plain assistant answered to the scenarios, for a whole workspace.

pk baseline_pk   sk the scenario's id
pk months_pk     sk `BASELINE#<model>`   a model with replies: by it the workspace's deletion finds them
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fourfold.storage.layout import require_none_outdated
from fourfold.storage.partitions import baseline_pk, months_pk
from fourfold.storage.table import Table, key
from fourfold.storage.transactions import ABSENT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

BASELINE = "BASELINE#"


class DynamoAssistantBaseline:
    """Implements `fourfold.voice.fingerprint_job.AssistantBaseline` for one workspace."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str) -> None:
        self._table = Table(client, table)
        self._workspace_id = workspace_id

    def read(self, model: str) -> Mapping[str, str]:
        """The replies of a model by scenario.

        Raises:
            OutdatedStoreError: an earlier version stored them.
        """
        items = self._table.query(baseline_pk(self._workspace_id, model))
        found = {item["sk"]["S"]: item["doc"]["S"] for item in items}
        if not found:
            require_none_outdated(self._table, self._workspace_id, f"POLE#{model}#")
            self._table.put(key(months_pk(self._workspace_id), f"{BASELINE}{model}"), ABSENT)
        return found

    def keep(self, model: str, scenario_id: str, reply: str) -> None:
        """Stores a reply; an existing one is not overwritten."""
        item = {**key(baseline_pk(self._workspace_id, model), scenario_id), "doc": {"S": reply}}
        self._table.put(item, ABSENT)
