"""How many personas a workspace may have in generation at once: numbered slots in the Personas table.

`WS#<workspace>` / `SLOT#0007` names the run that holds the slot. A run takes a free slot in the transaction that stores
it, so there are never more runs than slots, whichever process starts them. Nobody gives a slot back: when all are
taken, those whose run is over by its own record are freed. A run that dies keeps no slot longer than it is `running`.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from fourfold.pipeline.submit import WorkspaceFullError
from fourfold.progress.run import RunStatus
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef

_PREFIX = "SLOT#"
_READ_AT_ONCE = 100


class GenerationSlots:
    """The slots of every workspace."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def take(self, workspace_id: str, run_id: str, limit: int) -> PutTypeDef:
        """A transaction's part that takes one of `limit` slots; its condition fails if another run was quicker.

        Raises:
            WorkspaceFullError: every slot is held by a run that is going on.
        """
        held = self._held(workspace_id)
        if len(held) >= limit:
            self._free(workspace_id, held)
            held = self._held(workspace_id)
            if len(held) >= limit:
                raise WorkspaceFullError(limit, frozenset(held.values()))
        free = [number for number in range(limit) if number not in held]
        return {
            "TableName": self._table,
            "Item": {
                **_key(workspace_id, f"{_PREFIX}{random.choice(free):04}"),  # noqa: S311 - spreads runs, keeps no secret
                "run_id": {"S": run_id},
            },
            "ConditionExpression": "attribute_not_exists(pk)",
        }

    def _held(self, workspace_id: str) -> dict[int, str]:
        """Slot number -> its run, strongly consistent."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
            ExpressionAttributeValues={":pk": {"S": _pk(workspace_id)}, ":prefix": {"S": _PREFIX}},
            ConsistentRead=True,
        )
        items = [item for page in pages for item in page["Items"]]
        return {int(item["sk"]["S"].removeprefix(_PREFIX)): item["run_id"]["S"] for item in items}

    def _free(self, workspace_id: str, held: dict[int, str]) -> None:
        """Frees the slots whose run is over or gone, unless they have changed hands meanwhile."""
        running = self._running(workspace_id, sorted(held.values()))
        over = [(number, run_id) for number, run_id in sorted(held.items()) if run_id not in running]
        for first in range(0, len(over), _READ_AT_ONCE):
            deletes: list[Any] = [
                {
                    "Delete": {
                        "TableName": self._table,
                        "Key": _key(workspace_id, f"{_PREFIX}{number:04}"),
                        "ConditionExpression": "run_id = :run",
                        "ExpressionAttributeValues": {":run": {"S": run_id}},
                    }
                }
                for number, run_id in over[first : first + _READ_AT_ONCE]
            ]
            transact(self._client, deletes)  # a condition that fails: another process is freeing them too

    def _running(self, workspace_id: str, run_ids: list[str]) -> set[str]:
        found: set[str] = set()
        keys: list[Any] = [_key(workspace_id, f"RUN#{run_id}") for run_id in run_ids]
        while keys:
            ask, keys = keys[:_READ_AT_ONCE], keys[_READ_AT_ONCE:]
            reply = self._client.batch_get_item(
                RequestItems={
                    self._table: {
                        "Keys": ask,
                        "ConsistentRead": True,
                        "ProjectionExpression": "sk, #status",
                        "ExpressionAttributeNames": {"#status": "status"},
                    }
                }
            )
            for item in reply["Responses"][self._table]:
                if item["status"]["S"] == RunStatus.RUNNING.value:
                    found.add(item["sk"]["S"].removeprefix("RUN#"))
            left = reply.get("UnprocessedKeys", {}).get(self._table)
            keys += left["Keys"] if left else []
        return found


def _pk(workspace_id: str) -> str:
    return f"WS#{workspace_id}"


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": _pk(workspace_id)}, "sk": {"S": sk}}
