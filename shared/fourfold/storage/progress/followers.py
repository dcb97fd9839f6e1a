"""Followers of runs, in the Connections table; and the runs' logs as their events.

pk run_pk   sk `CONN#<connection>`: a follower; sk `PUSHED`: how far the live ones have been sent it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from fourfold.progress.ports import EncodedEvent, Follower, PushRecord, RunKey
from fourfold.storage.partitions import run_pk
from fourfold.storage.progress.connections import expiry, member_key
from fourfold.storage.progress.events import DynamoEventStore
from fourfold.storage.table import Item, Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_PUSHED = "PUSHED"


class DynamoFollowers:
    """Implements `fourfold.progress.ports.FollowerStore`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._table = Table(client, table)
        self._clock = clock

    def of_run(self, run: RunKey) -> tuple[PushRecord, Sequence[Follower]]:
        """How far the run has been pushed, and all its followers."""
        items = list(self._table.query(_pk(run)))
        pushed = next((_pushed(item) for item in items if item["sk"]["S"] == _PUSHED), PushRecord())
        return pushed, [_follower(item) for item in items if item["sk"]["S"] != _PUSHED]

    def one(self, run: RunKey, connection_id: str) -> Follower | None:
        """This connection on this run."""
        item = self._table.get(member_key(_pk(run), connection_id))
        return None if item is None else _follower(item)

    def write(self, run: RunKey, follower: Follower, expected: int | None) -> bool:
        """Writes over the version `expected` (None: only if there is none); says whether it did."""
        item: Item = {
            **member_key(_pk(run), follower.connection_id),
            "key_hash": {"S": follower.key_hash},
            "position": {"N": str(follower.position)},
            "asked": {"BOOL": follower.direct},
            "holder": {"S": follower.holder},
            "lease_until": {"N": str(follower.lease_until)},
            "version": {"N": str(follower.version)},
            "expires_at": expiry(self._clock()),
        }
        if expected is None:
            return self._table.put(item, "attribute_not_exists(pk)")
        return self._table.put(item, _VERSION_IS, **_expected(expected))

    def delete(self, run: RunKey, connection_id: str, expected: int) -> bool:
        """Deletes the version `expected`; says whether it did."""
        where = member_key(_pk(run), connection_id)
        return self._table.delete(where, _VERSION_IS, **_expected(expected)) is not None

    def record_intended(self, run: RunKey, seq: int) -> None:
        """Notes that the run is about to be pushed up to `seq`; never goes back."""
        self._note(run, "begun", seq)

    def record_acked(self, run: RunKey, seq: int) -> None:
        """Notes that the run has been pushed up to `seq`; never goes back."""
        self._note(run, "done", seq)

    def _note(self, run: RunKey, attribute: str, seq: int) -> None:
        self._table.update(
            key(_pk(run), _PUSHED),
            "SET #attribute = :seq, expires_at = :expires",
            "attribute_not_exists(#attribute) OR #attribute < :seq",
            names={"#attribute": attribute},
            values={":seq": {"N": str(seq)}, ":expires": expiry(self._clock())},
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


_VERSION_IS = "#version = :expected"


def _expected(version: int) -> dict[str, Any]:
    return {
        "names": {"#version": "version"},
        "values": {":expected": {"N": str(version)}},
    }


def _pk(run: RunKey) -> str:
    return run_pk(run.workspace_id, run.run_id)


def _pushed(item: Item) -> PushRecord:
    return PushRecord(*(int(item[name]["N"]) if name in item else 0 for name in ("begun", "done")))


def _follower(item: Item) -> Follower:
    return Follower(
        connection_id=item["sk"]["S"].partition("#")[2],
        key_hash=item["key_hash"]["S"],
        position=int(item["position"]["N"]),
        direct=item["asked"]["BOOL"],
        holder=item["holder"]["S"],
        lease_until=float(item["lease_until"]["N"]),
        version=int(item["version"]["N"]),
    )
