"""Erases a workspace. The mark of its deletion is in its item of the ApiKeys table, which every key is checked against.

ApiKeys    `WS#<ws>`            `closing_at`, and `active_at`: when a slice last found something to erase
Personas   pk endings_pk        sk the run's id; `at`: when the deletion reached a run in progress
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import Any

from fourfold.storage.evaluations.due import DUE, due_item
from fourfold.storage.keys.erasure import erase_keys, key_digests
from fourfold.storage.months import ALL_RUNS, entry_key
from fourfold.storage.outbox import outbox_puts
from fourfold.storage.partitions import endings_pk, persona_pk
from fourfold.storage.progress.events import DynamoEventStore
from fourfold.storage.runs.records import POINTER, RunRecords
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import transact, update
from fourfold.storage.webhooks.items import DELETED, deleted_endpoint_item
from fourfold.storage.workspaces.contents import Partition, WorkspaceContents, WorkspaceTables
from fourfold.workspaces.deletion import Closing

# No invocation of a step or a job is longer than 15 minutes. What a lost run left is erased after this time.
_STOPPED_AFTER = timedelta(minutes=20)
# Deliveries that one slice erases: about half a minute.
_MOST_AT_ONCE = 20_000


class DynamoWorkspaceDeletion:
    """Implements `fourfold.workspaces.deletion.WorkspaceDeletionStore`."""

    def __init__(self, tables: WorkspaceTables, clock: Callable[[], datetime]) -> None:
        self._client = tables.client
        self._names = tables
        self._contents = WorkspaceContents(tables)
        self._personas = Table(tables.client, tables.personas)
        self._keys = Table(tables.client, tables.api_keys)
        self._clock = clock

    def begin(self, workspace_id: str, entry: dict[str, Any]) -> Closing | None:
        """Marks the workspace and stores the `entry` for the bus, unless it is marked; returns the mark.

        None if the workspace is erased already.
        """
        now = {"S": self._clock().isoformat()}
        mark = update(
            self._names.api_keys,
            _workspace_key(workspace_id),
            "SET closing_at = :now, active_at = :now",
            "attribute_exists(pk) AND attribute_not_exists(closing_at)",
            values={":now": now},
        )
        transact(self._client, {"mark": [mark, *outbox_puts(self._names.outbox, [entry])]})
        item = self._keys.get(_workspace_key(workspace_id))
        if item is None:
            return None
        return Closing(*(datetime.fromisoformat(item[name]["S"]) for name in ("closing_at", "active_at")))

    def note_activity(self, workspace_id: str) -> None:
        """Notes that something was found to erase."""
        values = {":now": {"S": self._clock().isoformat()}}
        self._keys.update(_workspace_key(workspace_id), "SET active_at = :now", "attribute_exists(pk)", values=values)

    def persona_ids(self, workspace_id: str) -> Iterator[str]:
        """The ids of the personas, also of those whose deletion has begun."""
        return self._contents.persona_ids(workspace_id)

    def note_runs_in_progress(self, workspace_id: str, persona_id: str) -> None:
        """Remembers the runs whose logs keep an end after the persona is deleted."""
        pointers = self._personas.query(persona_pk(workspace_id, persona_id), POINTER, fields="pk, sk")
        run_ids = [pointer["sk"]["S"].removeprefix(POINTER) for pointer in pointers]
        at = {"S": self._clock().isoformat()}
        for run_id in RunRecords(self._personas).running(workspace_id, run_ids):
            self._personas.put({**key(endings_pk(workspace_id), run_id), "at": at})

    def erase_lost_runs(self, workspace_id: str, has_time: Callable[[], bool]) -> int:
        """Erases runs that no persona has, while `has_time`; returns how many."""
        erased = 0
        for run_id, persona_id in takewhile(lambda _: has_time(), self._contents.runs(workspace_id)):
            lost = () if persona_id is None else self._of_lost_persona(workspace_id, persona_id)
            owned = (lost, self._contents.of_run(workspace_id, run_id))
            for partitions in owned:
                _emptied(partitions)
            self._personas.delete_many(entry_key(workspace_id, listed, run_id) for listed in ALL_RUNS)
            erased += 1
        return erased

    def erase_evaluations(self, workspace_id: str, has_time: Callable[[], bool]) -> int:
        """Erases evaluations, each before its entries in lists, while `has_time`; returns how many."""
        erased = 0
        for entry in takewhile(lambda _: has_time(), self._contents.evaluation_entries(workspace_id)):
            while _emptied(self._contents.of_evaluation(workspace_id, entry["sk"]["S"])):
                pass
            if DUE in entry:
                self._personas.delete(due_item(entry[DUE]["S"]))
            self._personas.delete({"pk": entry["pk"], "sk": entry["sk"]})
            erased += 1
        return erased

    def runs_in_progress(self, workspace_id: str) -> int:
        """How many of the remembered runs have not stopped yet: the function that ends a run deletes its log."""
        waiting = 0
        for noted in list(self._personas.query(endings_pk(workspace_id))):
            run_id, at = noted["sk"]["S"], datetime.fromisoformat(noted["at"]["S"])
            log = DynamoEventStore(self._client, self._names.run_events, workspace_id, run_id)
            if log.newest_body() is not None:
                if self._clock() < at + _STOPPED_AFTER:
                    waiting += 1
                    continue
                log.clear()
            self._personas.delete(key(endings_pk(workspace_id), run_id))
        return waiting

    def erase_rest(self, workspace_id: str, org_id: str) -> int:
        """Erases what is left but keys, the mark and events that wait for the bus; returns how many items."""
        erased = _emptied(self._contents.shared(workspace_id)) + self._erase_webhooks(workspace_id)
        erased += _emptied(self._contents.internal(workspace_id))
        config = Table(self._client, self._names.config)
        erased += int(config.delete(key(f"ORG#{org_id}", f"BELOW#WS#{workspace_id}")) is not None)
        for table, found in (
            (self._names.idempotency, self._kept_replies(workspace_id)),
            (self._names.connections, self._connections(workspace_id)),
            (self._names.outbox, self._events(workspace_id, published=True)),
        ):
            erased += _deleted(Table(self._client, table), found)
        return erased

    def has_waiting_events(self, workspace_id: str) -> bool:
        """Whether an event of the workspace is not published yet."""
        return any(self._events(workspace_id, published=False))

    def finish(self, workspace_id: str, last_keys: Collection[str]) -> None:
        """Erases the limits' windows, what is left of endpoints, and the keys with the mark, `last_keys` last."""
        idempotency = Table(self._client, self._names.idempotency)
        key_ids = key_digests(self._client, self._names.api_keys, workspace_id)
        idempotency.delete_many({"id": {"S": f"RATE#{key_id}"}} for key_id in key_ids)
        _emptied([self._contents.endpoints(workspace_id)])
        erase_keys(self._client, self._names.api_keys, workspace_id, last_keys)

    def _of_lost_persona(self, workspace_id: str, persona_id: str) -> Iterator[Partition]:
        """What a deletion of the persona left that was interrupted before entries of lists were deleted last."""
        if self._personas.get(key(persona_pk(workspace_id, persona_id), "DELETED"), "pk") is not None:
            yield from self._contents.of_persona(workspace_id, persona_id)

    def _erase_webhooks(self, workspace_id: str) -> int:
        """Erases endpoints and deliveries. A note of each endpoint stays, since an event may be on its way to it."""
        endpoints, erased = self._contents.endpoints(workspace_id), 0
        for item in list(endpoints.keys()):
            if not item["sk"]["S"].startswith(DELETED):
                endpoint_id = item["sk"]["S"].partition("#")[2]
                endpoints.table.put(deleted_endpoint_item(workspace_id, endpoint_id, self._clock()))
                endpoints.table.delete(item)
                erased += 1
        for endpoint_id in self._contents.endpoint_ids(workspace_id):
            if erased > _MOST_AT_ONCE:
                break
            erased += _emptied(self._contents.deliveries(endpoint_id))
        return erased

    def _kept_replies(self, workspace_id: str) -> Iterator[Item]:
        """Keys of stored replies, of claimed names, of slots of open replies, and of limits that all keys share."""
        prefixes = ("replies", "names", "limits")
        matching = " OR ".join(f"begins_with(id, :{name})" for name in prefixes) + " OR id IN (:chats, :streams)"
        values = {
            ":replies": {"S": f"{workspace_id}#"},
            ":names": {"S": f"NAME#{workspace_id}#"},
            ":limits": {"S": f"RATE#{workspace_id}/"},
            ":chats": {"S": f"CHATS#{workspace_id}"},
            ":streams": {"S": f"STREAMS#{workspace_id}"},
        }
        return Table(self._client, self._names.idempotency).scan(matching, values, "id")

    def _connections(self, workspace_id: str) -> Iterator[Item]:
        """Keys of connected clients and of what they follow. Tickets end within a minute."""
        matching = "workspace_id = :workspace OR pk = :own OR begins_with(pk, :owned)"
        own = f"WS#{workspace_id}"
        values = {":workspace": {"S": workspace_id}, ":own": {"S": own}, ":owned": {"S": f"{own}#"}}
        return Table(self._client, self._names.connections).scan(matching, values, "pk, sk")

    def _events(self, workspace_id: str, *, published: bool) -> Iterator[Item]:
        """Keys of events in the outbox. The entry is JSON without spaces; a text in it has its quotes escaped."""
        exists = "attribute_exists" if published else "attribute_not_exists"
        matching = f"contains(entry, :workspace) AND {exists}(published_at)"
        values = {":workspace": {"S": f'"workspace_id":"{workspace_id}"'}}
        return Table(self._client, self._names.outbox).scan(matching, values, "pk")


def _emptied(partitions: Iterable[Partition]) -> int:
    """Deletes the items of partitions, of each at most _MOST_AT_ONCE; returns how many there were."""
    return sum(_deleted(partition.table, partition.keys()) for partition in partitions)


def _deleted(table: Table, keys: Iterable[Item]) -> int:
    found = list(islice(keys, _MOST_AT_ONCE))
    table.delete_many(found)
    return len(found)


def _workspace_key(workspace_id: str) -> Item:
    return {"pk": {"S": f"WS#{workspace_id}"}}
