"""Converts a store of the layout before 0.2, in place. It may be interrupted and started again at any moment.

The new items of a unit are all stored before its old ones are deleted. An item that is there already is left as it is:
an earlier attempt stored it, and the product may have changed it since.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby, islice
from typing import TYPE_CHECKING

from fourfold.progress.run import Run
from fourfold.storage.conversion.items import Unit, UnknownItemError, persona_unit, single_unit
from fourfold.storage.personas.deletion import mark_key
from fourfold.storage.personas.store import persona_key
from fourfold.storage.runs.records import record_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.webhooks.items import DELIVERY, delivery_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_OWNED = "OF#"
_AT_ONCE = 8
_DELIVERIES_IN_UNIT = 25  # one request of BatchWriteItem


@dataclass
class Converted:
    """What a conversion did, in items: `kept` were stored before, `dropped` served a job that is over.

    `left` are sort keys of items that it does not know and has not touched.
    """

    personas: int = 0
    stored: int = 0
    kept: int = 0
    dropped: int = 0
    deleted: int = 0
    left: list[str] = field(default_factory=list)


def convert(
    client: DynamoDBClient, personas: str, webhooks: str, progress: Callable[[Converted], None] = lambda _: None
) -> Converted:
    """Converts everything; `progress` gets what is done so far, again and again.

    Args:
        client: of DynamoDB.
        personas: the Personas table.
        webhooks: the Webhooks table.
        progress: called after some units.
    """
    done = Converted()
    table, deliveries = Table(client, personas), Table(client, webhooks)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for workspace_id in sorted(set(_workspaces(table))):
            for units in _Workspace(table, workspace_id, done).phases():
                _move_all(table, units, done, pool, progress)
        for endpoint_id in sorted(set(_endpoints(deliveries))):
            _move_all(deliveries, _deliveries(deliveries, endpoint_id), done, pool, progress)
    return done


@dataclass
class _Workspace:
    """The units of one workspace. What it cannot convert it adds to `done.left`; `skipped` are personas of those."""

    table: Table
    workspace_id: str
    done: Converted
    skipped: set[str] = field(default_factory=set)

    def phases(self) -> Iterator[Iterator[Unit]]:
        """Units in the order to move them: each phase finds what the earlier ones have left."""
        yield self._with_items()
        yield self._without_items("PERSONA#")
        yield self._without_items("DELETED#")
        yield self._others()

    def _with_items(self) -> Iterator[Unit]:
        """Personas, and deletions that were cut off, that own something."""
        for persona_id, owned in groupby(self.table.query(self._pk, _OWNED), key=_owner):
            yield from self._persona(persona_id, list(owned))

    def _without_items(self, prefix: str) -> Iterator[Unit]:
        for item in self.table.query(self._pk, prefix):
            persona_id = item["sk"]["S"].removeprefix(prefix)
            if persona_id not in self.skipped:
                yield from self._persona(persona_id, [])

    def _others(self) -> Iterator[Unit]:
        """What the workspace owns itself, and runs whose persona is gone."""
        for item in self.table.query(self._pk):
            yield from self._single(item)

    def _persona(self, persona_id: str, owned: Sequence[Item]) -> Iterator[Unit]:
        head = self._old(f"PERSONA#{persona_id}") or self._old(f"DELETED#{persona_id}")
        if head is None:
            yield from self._remains(persona_id, owned)
            return
        runs = [self._old(f"RUN#{run_id}") for run_id in sorted(_runs_of(persona_id, head, owned))]
        try:
            unit = persona_unit(
                self.workspace_id, persona_id, [head, *owned, *(run for run in runs if run is not None)]
            )
        except UnknownItemError as unknown:
            self.done.left.append(str(unknown))
            self.skipped.add(persona_id)
            return
        self.done.personas += 1
        yield unit

    def _remains(self, persona_id: str, owned: Sequence[Item]) -> Iterator[Unit]:
        """What an interrupted attempt had stored and not yet deleted."""
        new = (persona_key(self.workspace_id, persona_id), mark_key(self.workspace_id, persona_id))
        if any(self.table.get(each, "pk") is not None for each in new):
            yield Unit([], [key(self._pk, item["sk"]["S"]) for item in owned])
        else:
            self.done.left += [item["sk"]["S"] for item in owned]

    def _single(self, item: Item) -> Iterator[Unit]:
        sk = item["sk"]["S"]
        if sk.startswith((_OWNED, "PERSONA#", "DELETED#")):
            return
        if sk.startswith("RUN#"):
            run = Run.model_validate_json(item["doc"]["S"])
            if run.persona_id in self.skipped:
                return
            if self._is_converted(run):
                yield Unit([], [key(self._pk, sk)])
                return
        try:
            yield single_unit(self.workspace_id, item)
        except UnknownItemError:
            self.done.left.append(sk)

    def _is_converted(self, run: Run) -> bool:
        return self.table.get(record_key(self.workspace_id, run.id), "pk") is not None

    def _old(self, sk: str) -> Item | None:
        return self.table.get(key(self._pk, sk))

    @property
    def _pk(self) -> str:
        return f"WS#{self.workspace_id}"


def _move_all(
    table: Table,
    units: Iterable[Unit],
    done: Converted,
    pool: ThreadPoolExecutor,
    progress: Callable[[Converted], None],
) -> None:
    waiting = iter(units)
    while batch := list(islice(waiting, 2 * _AT_ONCE)):
        for unit, kept in zip(batch, pool.map(lambda each: _move(table, each), batch), strict=True):
            done.stored += len(_by_key(unit.new)) - kept
            done.kept += kept
            done.dropped += unit.dropped
            done.deleted += len(unit.old)
        progress(done)


def _move(table: Table, unit: Unit) -> int:
    """Stores a unit's new items and deletes its old ones; how many new ones were there already."""
    new = _by_key(unit.new)
    keys = ({name: item[name] for name in ("pk", "sk")} for item in new.values())
    there = {_name(item) for item in table.get_many(keys, fields="pk, sk")}
    table.put_many(item for name, item in new.items() if name not in there)
    table.delete_many(unit.old)
    return len(there)


def _deliveries(table: Table, endpoint_id: str) -> Iterator[Unit]:
    deliveries = table.query(f"ENDPOINT#{endpoint_id}", page=100)
    while batch := list(islice(deliveries, _DELIVERIES_IN_UNIT)):
        new = [
            {
                **item,
                **delivery_key(endpoint_id, item["sk"]["S"].removeprefix(DELIVERY)),
                "endpoint_id": {"S": endpoint_id},
            }
            for item in batch
        ]
        yield Unit(new, [key(item["pk"]["S"], item["sk"]["S"]) for item in batch])


def _workspaces(table: Table) -> Iterator[str]:
    """The workspaces with items of the old layout; one may come several times."""
    return _owners(table, "WS#")


def _endpoints(table: Table) -> Iterator[str]:
    """The endpoints with deliveries of the old layout; one may come several times."""
    return _owners(table, "ENDPOINT#")


def _owners(table: Table, prefix: str) -> Iterator[str]:
    """What follows `prefix` in the partition keys that have nothing behind it: those of the old layout."""
    found = ""
    for item in table.scan("begins_with(pk, :prefix)", {":prefix": {"S": prefix}}, fields="pk, sk"):
        owner = item["pk"]["S"].removeprefix(prefix)
        if "#" not in owner and owner != found and not item["sk"]["S"].startswith("ENDPOINT#"):
            found = owner
            yield owner


def _owner(item: Item) -> str:
    return str(item["sk"]["S"].split("#")[1])


def _runs_of(persona_id: str, head: Item, owned: Sequence[Item]) -> set[str]:
    prefix = f"{_OWNED}{persona_id}#RUN#"
    runs = {item["sk"]["S"].removeprefix(prefix) for item in owned if item["sk"]["S"].startswith(prefix)}
    if "runs" in head:
        return runs | {run["S"] for run in head["runs"]["L"]}
    persona = json.loads(head["doc"]["S"])
    return runs | {run for run in (persona["run_id"], persona.get("pending_run_id")) if run is not None}


def _by_key(items: Iterable[Item]) -> dict[tuple[str, str], Item]:
    return {_name(item): item for item in items}


def _name(item: Item) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
