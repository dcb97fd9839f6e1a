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
from fourfold.storage.jobs.baseline import BASELINE
from fourfold.storage.months import ALL_PERSONAS, ALL_RUNS, EVALUATIONS, Months
from fourfold.storage.partitions import (
    baseline_pk,
    budgets_pk,
    evaluation_pk,
    holds_pk,
    labels_pk,
    months_pk,
    persona_pk,
    run_pk,
    session_pk,
    sessions_pk,
    slots_pk,
    tests_pk,
    usage_pk,
)
from fourfold.storage.personas.sessions import entry_sk, header_key, session_in
from fourfold.storage.table import Item, Table, key
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
        """The ids of the personas that follow `after`, oldest first, those of evaluations too."""
        entries = self._months.entries_of_all(workspace_id, ALL_PERSONAS, after, _AT_ONCE, newest_first=False)
        return (entry["sk"]["S"] for entry in entries)

    def runs(self, workspace_id: str, after: str | None = None) -> Iterator[tuple[str, str | None]]:
        """Ids of the runs that follow `after`, oldest first, each with its persona; an evaluation has none."""
        entries = self._months.entries_of_all(workspace_id, ALL_RUNS, after, _AT_ONCE, newest_first=False)
        return ((entry["sk"]["S"], entry["persona_id"]["S"] if "persona_id" in entry else None) for entry in entries)

    def evaluation_ids(self, workspace_id: str, after: str | None = None) -> Iterator[str]:
        """The ids of the evaluations that follow `after`, oldest first."""
        return (entry["sk"]["S"] for entry in self.evaluation_entries(workspace_id, after))

    def evaluation_entries(self, workspace_id: str, after: str | None = None) -> Iterator[Item]:
        """The entries of the evaluations that follow `after` in the workspace's list, oldest first."""
        return self._months.entries(workspace_id, EVALUATIONS, after, _AT_ONCE, newest_first=False)

    def of_persona(self, workspace_id: str, persona_id: str) -> Iterator[Partition]:
        """A persona's own items, its settings, then those of each of its sessions."""
        yield Partition(Area.PERSONAS, self._personas, persona_pk(workspace_id, persona_id))
        yield Partition(Area.CONFIG, self._config, scope_pk(persona_scope(workspace_id, persona_id)))
        yield from self._of_sessions(workspace_id, persona_id, None)

    def of_sessions_from(self, workspace_id: str, persona_id: str, session_id: str) -> Iterator[Partition]:
        """The items of a session and of the persona's sessions that began after it.

        Nothing if the session is gone or being deleted, or an earlier version stored it without its beginning.
        """
        session = session_in(self._personas.get(header_key(workspace_id, persona_id, session_id)))
        if session is None or session.started_at is None:
            return
        yield self._of_session(workspace_id, persona_id, session_id)
        yield from self._of_sessions(workspace_id, persona_id, entry_sk(session_id, session.started_at))

    def _of_sessions(self, workspace_id: str, persona_id: str, after: str | None) -> Iterator[Partition]:
        pk = sessions_pk(workspace_id, persona_id)
        start = None if after is None else key(pk, after)
        for entry in self._personas.query(pk, start_after=start, page=_AT_ONCE):
            yield self._of_session(workspace_id, persona_id, entry["session_id"]["S"])

    def _of_session(self, workspace_id: str, persona_id: str, session_id: str) -> Partition:
        return Partition(Area.PERSONAS, self._personas, session_pk(workspace_id, session_id), f"{persona_id}#")

    def of_evaluation(self, workspace_id: str, evaluation_id: str) -> Iterator[Partition]:
        """What an evaluation stores beside its personas and their runs."""
        yield Partition(Area.PERSONAS, self._personas, evaluation_pk(workspace_id, evaluation_id))

    def of_run(self, workspace_id: str, run_id: str) -> Iterator[Partition]:
        """A run's record and results, then its log."""
        pk = run_pk(workspace_id, run_id)
        yield Partition(Area.PERSONAS, self._personas, pk)
        yield Partition(Area.RUN_EVENTS, self._run_events, pk)

    def shared(self, workspace_id: str) -> Iterator[Partition]:
        """What belongs to the workspace itself: own tests, labels, plain replies, usage, settings."""
        yield Partition(Area.PERSONAS, self._personas, tests_pk(workspace_id))
        yield Partition(Area.PERSONAS, self._personas, labels_pk(workspace_id))
        for entry in self._personas.query(months_pk(workspace_id), BASELINE):
            yield Partition(
                Area.PERSONAS, self._personas, baseline_pk(workspace_id, entry["sk"]["S"].removeprefix(BASELINE))
            )
        for shard in range(USAGE_SHARDS):
            yield Partition(Area.PERSONAS, self._personas, usage_pk(workspace_id, shard))
        yield Partition(Area.CONFIG, self._config, f"WS#{workspace_id}")

    def internal(self, workspace_id: str) -> Iterator[Partition]:
        """What only the store itself needs; the directory by which lists are found is last."""
        for pk in (slots_pk(workspace_id), budgets_pk(workspace_id), holds_pk(workspace_id)):
            yield Partition(Area.PERSONAS, self._personas, pk)
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
