"""The event log of one run in the RunEvents table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.progress.events import event_from
from fourfold.progress.log import LogEntry, StoredEntry, event_body
from fourfold.storage.batches import delete_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(days=30)

_SHOWN: dict[str, Any] = {
    "ProjectionExpression": "sk, run_id, persona_id, #at, doc",
    "ExpressionAttributeNames": {"#at": "at"},
}


class DynamoEventStore:
    """Implements `fourfold.progress.log.EventStore` for one run."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str, run_id: str) -> None:
        self._client = client
        self._table = table
        self._pk = f"WS#{workspace_id}#RUN#{run_id}"
        self._workspace_id = workspace_id

    def put_if_free(self, entry: LogEntry, checkpoint: str | None) -> bool:
        """Writes the entry at its `seq` unless that number is taken; says whether it was written."""
        item: dict[str, Any] = {
            "pk": {"S": self._pk},
            "sk": {"N": str(entry.seq)},
            "workspace_id": {"S": self._workspace_id},
            "run_id": {"S": entry.run_id},
            "persona_id": {"S": entry.persona_id},
            "at": {"S": entry.at.isoformat()},
            "doc": {"S": entry.event.model_dump_json()},
            "expires_at": {"N": str(int((entry.at + RETENTION).timestamp()))},
        }
        if checkpoint is not None:
            item["checkpoint"] = {"S": checkpoint}
        try:
            self._client.put_item(TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)")
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def read(self, after: int) -> Iterator[StoredEntry]:
        """All entries with `seq` greater than `after`, in order, strongly consistent, with checkpoints."""
        for item in self._items(after, {}):
            yield StoredEntry(_entry(item), item["checkpoint"]["S"] if "checkpoint" in item else None)

    def entries(self, after: int = 0) -> Iterator[LogEntry]:
        """The same entries without the writers' checkpoints: what a reader may see."""
        for item in self._items(after, _SHOWN):
            yield _entry(item)

    def clear(self, *, keep_end: bool = False) -> None:
        """Removes the entries; with `keep_end`, all but the newest."""
        numbers = [item["sk"]["N"] for item in self._items(0, {"ProjectionExpression": "sk"})]
        going = numbers[:-1] if keep_end else numbers
        keys = ({"pk": {"S": self._pk}, "sk": {"N": number}} for number in going)
        delete_all(self._client, self._table, keys)

    def bodies(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """The same entries as event objects, of whatever type."""
        for item in self._items(after, _SHOWN):
            yield event_of(item)

    def newest_body(self) -> dict[str, Any] | None:
        """The last entry so far as an event object, strongly consistent, or None."""
        reply = self._client.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": self._pk}},
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=1,
            ProjectionExpression="sk, run_id, persona_id, #at, doc",
            ExpressionAttributeNames={"#at": "at"},
        )
        return event_of(reply["Items"][0]) if reply["Items"] else None

    def _items(self, after: int, projection: dict[str, Any]) -> Iterator[dict[str, Any]]:
        start: dict[str, Any] = {}
        while True:
            reply = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk AND sk > :after",
                ExpressionAttributeValues={":pk": {"S": self._pk}, ":after": {"N": str(after)}},
                ConsistentRead=True,
                **projection,
                **start,
            )
            yield from reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}


def _entry(item: dict[str, Any]) -> LogEntry:
    return LogEntry(
        seq=int(item["sk"]["N"]),
        at=datetime.fromisoformat(item["at"]["S"]),
        run_id=item["run_id"]["S"],
        persona_id=item["persona_id"]["S"],
        event=event_from(json.loads(item["doc"]["S"])),
    )


def event_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The event object an item of the table (or of its stream) holds, of whatever type."""
    return event_body(
        int(item["sk"]["N"]),
        datetime.fromisoformat(item["at"]["S"]),
        item["run_id"]["S"],
        item["persona_id"]["S"],
        json.loads(item["doc"]["S"]),
    )
