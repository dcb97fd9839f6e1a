"""Followers of runs, in the Connections table; and the runs' logs as their events.

pk `WS#<ws>#RUN#<run>`   sk `CONN#<connection>`: a follower; sk `PUSHED`: how far the live ones have been sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from fourfold.progress.ports import EncodedEvent, Follower, PushRecord, RunKey
from fourfold.storage.connections import expiry, member_key, run_pk
from fourfold.storage.run_events import DynamoEventStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_PUSHED = "PUSHED"


class DynamoFollowers:
    """Implements `fourfold.progress.ports.FollowerStore`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._client = client
        self._table = table
        self._clock = clock

    def of_run(self, run: RunKey) -> tuple[PushRecord, Sequence[Follower]]:
        """How far the run has been pushed, and all its followers."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": run_pk(run)}},
            ConsistentRead=True,
        )
        items = [item for page in pages for item in page["Items"]]
        pushed = next((_pushed(item) for item in items if item["sk"]["S"] == _PUSHED), PushRecord())
        return pushed, [_follower(item) for item in items if item["sk"]["S"] != _PUSHED]

    def one(self, run: RunKey, connection_id: str) -> Follower | None:
        """This connection on this run."""
        reply = self._client.get_item(
            TableName=self._table, Key=member_key(run_pk(run), connection_id), ConsistentRead=True
        )
        return _follower(reply["Item"]) if "Item" in reply else None

    def write(self, run: RunKey, follower: Follower, expected: int | None) -> bool:
        """Writes over the version `expected` (None: only if there is none); says whether it did."""
        item: dict[str, Any] = {
            **member_key(run_pk(run), follower.connection_id),
            "key_hash": {"S": follower.key_hash},
            "position": {"N": str(follower.position)},
            "asked": {"BOOL": follower.direct},
            "holder": {"S": follower.holder},
            "lease_until": {"N": str(follower.lease_until)},
            "version": {"N": str(follower.version)},
            "expires_at": expiry(self._clock()),
        }
        if expected is None:
            condition: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
        else:
            condition = _version_is(expected)
        return _held(lambda: self._client.put_item(TableName=self._table, Item=item, **condition))

    def delete(self, run: RunKey, connection_id: str, expected: int) -> bool:
        """Deletes the version `expected`; says whether it did."""
        key = member_key(run_pk(run), connection_id)
        return _held(lambda: self._client.delete_item(TableName=self._table, Key=key, **_version_is(expected)))

    def record_intended(self, run: RunKey, seq: int) -> None:
        """Notes that the run is about to be pushed up to `seq`; never goes back."""
        self._note(run, "begun", seq)

    def record_acked(self, run: RunKey, seq: int) -> None:
        """Notes that the run has been pushed up to `seq`; never goes back."""
        self._note(run, "done", seq)

    def _note(self, run: RunKey, attribute: str, seq: int) -> None:
        _held(
            lambda: self._client.update_item(
                TableName=self._table,
                Key={"pk": {"S": run_pk(run)}, "sk": {"S": _PUSHED}},
                UpdateExpression="SET #attribute = :seq, expires_at = :expires",
                ConditionExpression="attribute_not_exists(#attribute) OR #attribute < :seq",
                ExpressionAttributeNames={"#attribute": attribute},
                ExpressionAttributeValues={":seq": {"N": str(seq)}, ":expires": expiry(self._clock())},
            )
        )


class DynamoEventLog:
    """Implements `fourfold.progress.ports.EventLog` over the RunEvents table."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = table

    def events(self, run: RunKey, after: int) -> Iterator[EncodedEvent]:
        """All events with a greater `seq`, in order, strongly consistent."""
        return map(EncodedEvent.of, self._of(run).bodies(after))

    def newest(self, run: RunKey) -> EncodedEvent | None:
        """The last event so far, strongly consistent."""
        body = self._of(run).newest_body()
        return None if body is None else EncodedEvent.of(body)

    def _of(self, run: RunKey) -> DynamoEventStore:
        return DynamoEventStore(self._client, self._table, run.workspace_id, run.run_id)


def _version_is(expected: int) -> dict[str, Any]:
    return {
        "ConditionExpression": "#version = :expected",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":expected": {"N": str(expected)}},
    }


def _held(write: Callable[[], object]) -> bool:
    """Whether the write's condition held."""
    try:
        write()
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return False
        raise
    return True


def _pushed(item: dict[str, Any]) -> PushRecord:
    return PushRecord(*(int(item[name]["N"]) if name in item else 0 for name in ("begun", "done")))


def _follower(item: dict[str, Any]) -> Follower:
    return Follower(
        connection_id=item["sk"]["S"].partition("#")[2],
        key_hash=item["key_hash"]["S"],
        position=int(item["position"]["N"]),
        direct=item["asked"]["BOOL"],
        holder=item["holder"]["S"],
        lease_until=float(item["lease_until"]["N"]),
        version=int(item["version"]["N"]),
    )
