"""The event log of one run.

RunEvents   pk run_pk   sk the entry's number   the event; for `step.completed` also the state the step left behind
                                                (`checkpoint`), which readers do not get; expires after 30 days
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fourfold.progress.events import event_from
from fourfold.progress.log import LogEntry, LogPlace, StoredEntry, event_body
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.partitions import run_pk
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RETENTION = timedelta(days=30)

_SHOWN: dict[str, Any] = {"fields": "sk, run_id, persona_id, #at, doc", "names": {"#at": "at"}}


class DynamoEventStore:
    """Implements `fourfold.progress.log.EventStore` for one run."""

    def __init__(self, client: DynamoDBClient, table: str, workspace_id: str, run_id: str) -> None:
        self._table = Table(client, table)
        self._pk = run_pk(workspace_id, run_id)
        self._workspace_id = workspace_id

    def put_if_free(self, entry: LogEntry, checkpoint: str | None) -> bool:
        """Writes the entry at its `seq` unless that number is taken; says whether it was written."""
        item: dict[str, Any] = {
            "pk": {"S": self._pk},
            "sk": {"N": str(entry.seq)},
            "workspace_id": {"S": self._workspace_id},
            "run_id": {"S": entry.run_id},
            **({} if entry.persona_id is None else {"persona_id": {"S": entry.persona_id}}),
            "at": {"S": entry.at.isoformat()},
            "doc": {"S": entry.event.model_dump_json()},
            "expires_at": {"N": str(int((entry.at + RETENTION).timestamp()))},
        }
        if checkpoint is not None:
            item["checkpoint"] = packed(checkpoint)
        return self._table.put(item, "attribute_not_exists(pk)")

    def read(self, after: int) -> Iterator[StoredEntry]:
        """All entries with `seq` greater than `after`, in order, strongly consistent, with checkpoints."""
        for item in self._items(after, {}):
            yield StoredEntry(_entry(item), unpacked(item["checkpoint"]) if "checkpoint" in item else None)

    def entries(self, after: int = 0) -> Iterator[LogEntry]:
        """The same entries without the writers' checkpoints: what a reader may see."""
        for item in self._items(after, _SHOWN):
            yield _entry(item)

    def clear(self, *, keep_end: bool = False) -> None:
        """Removes the entries; with `keep_end`, all but the newest."""
        numbers = [item["sk"]["N"] for item in self._items(0, {"fields": "sk"})]
        going = numbers[:-1] if keep_end else numbers
        self._table.delete_many({"pk": {"S": self._pk}, "sk": {"N": number}} for number in going)

    def bodies(self, after: int = 0) -> Iterator[dict[str, Any]]:
        """The same entries as event objects, of whatever type."""
        for item in self._items(after, _SHOWN):
            yield event_of(item)

    def newest_body(self) -> dict[str, Any] | None:
        """The last entry so far as an event object, strongly consistent, or None."""
        items = self._table.query(self._pk, newest_first=True, page=1, **_SHOWN)
        newest = next(items, None)
        return None if newest is None else event_of(newest)

    def _items(self, after: int, projection: dict[str, Any]) -> Iterator[dict[str, Any]]:
        start = {"pk": {"S": self._pk}, "sk": {"N": str(after)}} if after else None
        return self._table.query(self._pk, start_after=start, **projection)


def existing_entries(client: DynamoDBClient, table: str, places: Iterable[LogPlace]) -> set[LogPlace]:
    """Which of the entries exist; strongly consistent."""
    by_key = {(run_pk(place.workspace_id, place.run_id), place.seq): place for place in places}
    keys = [{"pk": {"S": pk}, "sk": {"N": str(seq)}} for pk, seq in by_key]
    found = Table(client, table).get_many(keys, fields="pk, sk")
    return {by_key[item["pk"]["S"], int(item["sk"]["N"])] for item in found}


def _entry(item: dict[str, Any]) -> LogEntry:
    return LogEntry(
        seq=int(item["sk"]["N"]),
        at=datetime.fromisoformat(item["at"]["S"]),
        run_id=item["run_id"]["S"],
        persona_id=persona_in(item),
        event=event_from(json.loads(item["doc"]["S"])),
    )


def persona_in(item: Mapping[str, Any]) -> str | None:
    """The persona of an entry's run; None for an evaluation's."""
    return item["persona_id"]["S"] if "persona_id" in item else None


def event_of(item: Mapping[str, Any]) -> dict[str, Any]:
    """The event object an item of the table (or of its stream) holds, of whatever type."""
    return event_body(
        int(item["sk"]["N"]),
        datetime.fromisoformat(item["at"]["S"]),
        item["run_id"]["S"],
        persona_in(item),
        json.loads(item["doc"]["S"]),
    )
