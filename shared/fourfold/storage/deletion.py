"""Removing a persona and all it owns, so that being cut off in the middle loses nothing and leaves nothing.

First the persona itself goes, in one transaction with the event that tells of it and with a marker. The rest is removed
after that, the marker last: while it stands, whoever asks for the deletion again finishes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fourfold.pipeline.store import ConcurrentChangeError, StoredPersona
from fourfold.storage.batches import delete_all
from fourfold.storage.transactions import transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef


class DynamoDeletion:
    """Implements `fourfold.personas.deletion.DeletionStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def begin(self, stored: StoredPersona, event: PutTypeDef) -> None:
        """Removes the persona and its slug, marks the rest for removal and hands over the event, or nothing.

        Raises:
            ConcurrentChangeError: the persona has changed since `stored` was read.
        """
        persona = stored.persona
        runs = sorted({run for run in (persona.run_id, persona.pending_run_id) if run is not None})
        marker = {
            **_key(persona.workspace_id, f"DELETED#{persona.id}"),
            "runs": {"L": [{"S": run} for run in runs]},
        }
        items: list[TransactWriteItemTypeDef] = [
            {
                "Delete": {
                    "TableName": self._table,
                    "Key": _key(persona.workspace_id, f"PERSONA#{persona.id}"),
                    "ConditionExpression": "doc = :held",
                    "ExpressionAttributeValues": {":held": {"S": stored.doc}},
                }
            },
            {"Put": {"TableName": self._table, "Item": marker}},
            {"Put": event},
        ]
        if persona.slug is not None:
            slug = _key(persona.workspace_id, f"SLUG#{persona.slug}")
            items.append({"Delete": {"TableName": self._table, "Key": slug}})
        if transact(self._client, items):
            raise ConcurrentChangeError

    def runs(self, workspace_id: str, persona_id: str) -> frozenset[str] | None:
        """The runs of a persona whose removal has begun; None if none has."""
        marker = self._client.get_item(
            TableName=self._table, Key=_key(workspace_id, f"DELETED#{persona_id}"), ConsistentRead=True
        ).get("Item")
        if marker is None:
            return None
        named = {run["S"] for run in marker["runs"]["L"]}
        prefix = f"OF#{persona_id}#RUN#"
        return frozenset(named | {sk.removeprefix(prefix) for sk in self._sort_keys(workspace_id, prefix)})

    def remove_run(self, workspace_id: str, persona_id: str, run_id: str) -> None:
        """Removes a run's record, then the pointer to it."""
        for sk in (f"RUN#{run_id}", f"OF#{persona_id}#RUN#{run_id}"):
            self._client.delete_item(TableName=self._table, Key=_key(workspace_id, sk))

    def finish(self, workspace_id: str, persona_id: str) -> None:
        """Removes whatever else the persona owned, then the marker."""
        keys = (_key(workspace_id, sk) for sk in self._sort_keys(workspace_id, f"OF#{persona_id}#"))
        delete_all(self._client, self._table, keys)
        self._client.delete_item(TableName=self._table, Key=_key(workspace_id, f"DELETED#{persona_id}"))

    def _sort_keys(self, workspace_id: str, prefix: str) -> Iterator[str]:
        start: dict[str, Any] = {}
        while True:
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND begins_with(sk, :prefix)",
                ExpressionAttributeValues={":pk": {"S": f"WS#{workspace_id}"}, ":prefix": {"S": prefix}},
                ProjectionExpression="sk",
                ConsistentRead=True,
                **start,
            )
            yield from (item["sk"]["S"] for item in reply["Items"])
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def _key(workspace_id: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": f"WS#{workspace_id}"}, "sk": {"S": sk}}
