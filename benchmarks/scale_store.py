"""Fills a store with copies of a persona that was made through the API, written straight into its tables.

A copy has other ids and another time, and everything else of the original: what a list, a read, a chat and a report
read is what the product itself stores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from ulid import ULID

from fourfold.storage.documents import packed, unpacked
from fourfold.storage.months import PERSONAS, RUNS, entry_key, month_key
from fourfold.storage.partitions import persona_pk, run_pk
from fourfold.storage.runs.records import POINTER
from fourfold.storage.table import Item, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_WRITERS = 4
_BATCH = 500
# The parts of a persona that its jobs leave behind.
_OF_JOBS = ("JOB#", "FINGERPRINT", "SUITE#")


@dataclass(frozen=True)
class Original:
    """All items of one persona with its runs, by table (`personas`, `run_events`)."""

    workspace_id: str
    persona_id: str
    run_ids: tuple[str, ...]
    personas: Sequence[Item]
    run_events: Sequence[Item]

    @classmethod
    def read(cls, personas: Table, run_events: Table, workspace_id: str, persona_id: str) -> Original:
        """The persona as it is stored."""
        own = list(personas.query(persona_pk(workspace_id, persona_id)))
        run_ids = [item["sk"]["S"].removeprefix(POINTER) for item in own if item["sk"]["S"].startswith(POINTER)]
        entries = [entry_key(workspace_id, PERSONAS, persona_id), *(entry_key(workspace_id, RUNS, r) for r in run_ids)]
        items = [*own, *personas.get_many(entries)]
        events: list[Item] = []
        for run_id in run_ids:
            items += personas.query(run_pk(workspace_id, run_id))
            events += run_events.query(run_pk(workspace_id, run_id))
        return cls(workspace_id, persona_id, tuple(run_ids), items, events)

    def without_jobs(self) -> Original:
        """The persona as its generation left it, without the log."""
        first = json.loads(next(each for each in self.personas if each["sk"]["S"] == "PERSONA")["doc"]["S"])["run_id"]
        jobs = [run_id for run_id in self.run_ids if run_id != first]
        kept = [
            item
            for item in self.personas
            if not item["sk"]["S"].startswith(_OF_JOBS)
            and not any(run in str(item["pk"]) + str(item["sk"]) for run in jobs)
        ]
        return Original(self.workspace_id, self.persona_id, (first,), kept, ())

    def copy(self, at: datetime) -> tuple[list[Item], list[Item]]:
        """The items of a copy made at that time: those of the Personas table, and its log."""
        names = {self.persona_id: _id("per", at), **{run_id: _id("run", at) for run_id in self.run_ids}}
        copies = [_renamed(item, names) for item in self.personas]
        persona_id, run_ids = names[self.persona_id], [names[run_id] for run_id in self.run_ids]
        moved = []
        for item in copies:  # lists are by the month of an id, which has changed
            sk = item["sk"]["S"]
            listed = {persona_id: PERSONAS, **dict.fromkeys(run_ids, RUNS)}.get(sk)
            moved.append(item if listed is None else {**item, **entry_key(self.workspace_id, listed, sk)})
        moved += [month_key(self.workspace_id, PERSONAS, persona_id)]
        moved += [month_key(self.workspace_id, RUNS, run_id) for run_id in run_ids]
        return moved, [_renamed(item, names) for item in self.run_events]


@dataclass
class Filled:
    """What a filled store holds. `complete` are personas with the results of both jobs, `bare` those without."""

    items: int = 0
    complete: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)


def copies(
    original: Original, count: int, *, complete: int, days: int, filled: Filled
) -> Iterator[tuple[list[Item], list[Item]]]:
    """The items and the log of each of `count` copies made over the last `days`, the newest first.

    The newest `complete` have the results of their jobs. `filled` is updated with each copy.
    """
    bare = original.without_jobs()
    now, step = datetime.now(UTC), timedelta(days=days) / max(1, count)
    for number in range(count):
        source, made = (original, filled.complete) if number < complete else (bare, filled.bare)
        items, log = source.copy(now - number * step)
        made.append(next(item["pk"]["S"] for item in items if item["sk"]["S"] == "PERSONA").rpartition("#")[2])
        filled.items += len(items) + len(log)
        yield items, log


def fill(  # noqa: PLR0913 - what a store is filled with
    client: DynamoDBClient,
    tables: Mapping[str, str],
    original: Original,
    count: int,
    *,
    complete: int,
    days: int = 60,
) -> Filled:
    """Adds the `copies` through DynamoDB's API; `tables` names `personas` and `run_events`."""
    personas, events = Table(client, tables["personas"]), Table(client, tables["run_events"])
    filled = Filled()
    waiting = copies(original, count, complete=complete, days=days, filled=filled)
    with ThreadPoolExecutor(_WRITERS) as pool:
        while batch := list(islice(waiting, _BATCH)):
            items = {(item["pk"]["S"], item["sk"]["S"]): item for each, _ in batch for item in each}
            log = [item for _, each in batch for item in each]
            parts = [list(items.values())[place::_WRITERS] for place in range(_WRITERS)]
            list(pool.map(personas.put_many, parts))
            list(pool.map(events.put_many, [log[place::_WRITERS] for place in range(_WRITERS)]))
    return filled


def _renamed(item: Item, names: Mapping[str, str]) -> Item:
    return {name: _value(value, names) for name, value in item.items()}


def _value(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    [(kind, content)] = value.items()
    if kind == "S":
        return {"S": _text(content, names)}
    if kind == "B":
        return packed(_text(unpacked({"B": content}), names))
    return {kind: content}


def _text(text: str, names: Mapping[str, str]) -> str:
    for old, new in names.items():
        text = text.replace(old, new)
    return text


def _id(prefix: str, at: datetime) -> str:
    return f"{prefix}_{str(ULID.from_datetime(at)).lower()}"
