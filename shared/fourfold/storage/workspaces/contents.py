"""Where everything of a workspace lies: the partitions that an export reads and a deletion empties.

Every table is named here. What a persona, a run or an endpoint owns is found through the workspace's lists; the other
partitions have fixed names. Items of the tables Idempotency, Connections and Outbox are found by a scan: they end
within a day, two hours and an hour, so these tables stay small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from fourfold.config.entries import persona_scope
from fourfold.storage.config.store import scope_pk
from fourfold.storage.evaluations.due import DUE, DUE_PK
from fourfold.storage.jobs.baseline import BASELINE
from fourfold.storage.months import EVALUATIONS, PERSONAS, RUNS, Months
from fourfold.storage.partitions import (
    baseline_pk,
    budgets_pk,
    evaluation_pk,
    holds_pk,
    labels_pk,
    month_pk,
    months_pk,
    persona_pk,
    run_pk,
    session_pk,
    sessions_pk,
    slots_pk,
    tests_pk,
    usage_pk,
)
from fourfold.storage.table import Item, Table
from fourfold.storage.usage.counters import SHARDS as USAGE_SHARDS
from fourfold.storage.webhooks.items import DELETED, ENDPOINT, SHARDS, deliveries_pk, endpoints_pk

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_AT_ONCE = 100


class Area(StrEnum):
    """Tables of which partitions are read."""

    PERSONAS = "p"
    RUN_EVENTS = "e"
    CONFIG = "c"
    WEBHOOKS = "w"


class Partition(NamedTuple):
    """Items of one partition whose sort keys begin with `prefix`. Tables share keys, so `area` names the table."""

    area: Area
    table: Table
    pk: str
    prefix: str = ""

    @property
    def sort(self) -> str:
        """The type of the sort keys: S or N."""
        return "N" if self.area is Area.RUN_EVENTS else "S"

    def keys(self) -> Iterator[Item]:
        """The keys of its items."""
        return self.table.query(self.pk, self.prefix, fields="pk, sk")


@dataclass(frozen=True)
class WorkspaceTables:
    """The names of all tables that hold something of a workspace."""

    client: DynamoDBClient
    personas: str
    run_events: str
    idempotency: str
    api_keys: str
    config: str
    outbox: str
    connections: str
    webhooks: str


class WorkspaceContents:
    """The contents of all workspaces."""

    def __init__(self, tables: WorkspaceTables) -> None:
        self._personas = Table(tables.client, tables.personas)
        self._run_events = Table(tables.client, tables.run_events)
        self._config = Table(tables.client, tables.config)
        self._webhooks = Table(tables.client, tables.webhooks)
        self._months = Months(self._personas)

    def persona_ids(self, workspace_id: str, after: str | None = None) -> Iterator[str]:
        """The ids of the personas that follow `after`, oldest first."""
        entries = self._months.entries(workspace_id, PERSONAS, after, _AT_ONCE, newest_first=False)
        return (entry["sk"]["S"] for entry in entries)

    def runs(self, workspace_id: str, after: str | None = None) -> Iterator[tuple[str, str | None]]:
        """Ids of the runs that follow `after`, oldest first, each with its persona; an evaluation has none."""
        entries = self._months.entries(workspace_id, RUNS, after, _AT_ONCE, newest_first=False)
        return ((entry["sk"]["S"], entry["persona_id"]["S"] if "persona_id" in entry else None) for entry in entries)

    def of_persona(self, workspace_id: str, persona_id: str) -> Iterator[Partition]:
        """A persona's own items, its settings, then those of each of its sessions."""
        yield Partition(Area.PERSONAS, self._personas, persona_pk(workspace_id, persona_id))
        yield Partition(Area.CONFIG, self._config, scope_pk(persona_scope(workspace_id, persona_id)))
        for entry in self._personas.query(sessions_pk(workspace_id, persona_id)):
            pk = session_pk(workspace_id, entry["session_id"]["S"])
            yield Partition(Area.PERSONAS, self._personas, pk, f"{persona_id}#")

    def of_run(self, workspace_id: str, run_id: str) -> Iterator[Partition]:
        """A run's record and results, then its log."""
        pk = run_pk(workspace_id, run_id)
        yield Partition(Area.PERSONAS, self._personas, pk)
        yield Partition(Area.RUN_EVENTS, self._run_events, pk)

    def shared(self, workspace_id: str) -> Iterator[Partition]:
        """What belongs to the workspace itself: own tests, labels, plain replies, evaluations, usage, settings."""
        yield Partition(Area.PERSONAS, self._personas, tests_pk(workspace_id))
        yield Partition(Area.PERSONAS, self._personas, labels_pk(workspace_id))
        for entry in self._personas.query(months_pk(workspace_id), BASELINE):
            yield Partition(
                Area.PERSONAS, self._personas, baseline_pk(workspace_id, entry["sk"]["S"].removeprefix(BASELINE))
            )
        for entry in self._months.entries(workspace_id, EVALUATIONS, None, _AT_ONCE, newest_first=False):
            yield Partition(Area.PERSONAS, self._personas, evaluation_pk(workspace_id, entry["sk"]["S"]))
        for shard in range(USAGE_SHARDS):
            yield Partition(Area.PERSONAS, self._personas, usage_pk(workspace_id, shard))
        yield Partition(Area.CONFIG, self._config, f"WS#{workspace_id}")

    def internal(self, workspace_id: str) -> Iterator[Partition]:
        """What only the store itself needs; the directory by which lists are found is last."""
        for pk in (slots_pk(workspace_id), budgets_pk(workspace_id), holds_pk(workspace_id)):
            yield Partition(Area.PERSONAS, self._personas, pk)
        for entry in self._months.entries(workspace_id, EVALUATIONS, None, _AT_ONCE, newest_first=False):
            if DUE in entry:
                yield Partition(Area.PERSONAS, self._personas, DUE_PK, entry[DUE]["S"])
        for month in self._personas.query(months_pk(workspace_id), f"{EVALUATIONS}#"):
            listed, name = month["sk"]["S"].split("#")
            yield Partition(Area.PERSONAS, self._personas, month_pk(workspace_id, listed, name))
        yield Partition(Area.PERSONAS, self._personas, months_pk(workspace_id))

    def endpoints(self, workspace_id: str) -> Partition:
        """The webhook endpoints, and what is left of deleted ones."""
        return Partition(Area.WEBHOOKS, self._webhooks, endpoints_pk(workspace_id))

    def endpoint_ids(self, workspace_id: str, after: str = "") -> Iterator[str]:
        """The ids of the endpoints, deleted ones included, that follow `after`."""
        found = {
            item["sk"]["S"].removeprefix(DELETED).removeprefix(ENDPOINT) for item in self._endpoint_keys(workspace_id)
        }
        return (endpoint_id for endpoint_id in sorted(found) if endpoint_id > after)

    def deliveries(self, endpoint_id: str) -> Iterator[Partition]:
        """The deliveries of an endpoint."""
        for shard in range(SHARDS):
            yield Partition(Area.WEBHOOKS, self._webhooks, deliveries_pk(endpoint_id, shard))

    def _endpoint_keys(self, workspace_id: str) -> Iterator[Item]:
        return self.endpoints(workspace_id).keys()
