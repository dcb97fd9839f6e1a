"""Which runs a workspace and its personas have: runs of any kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING

from ulid import ULID

from fourfold.progress.ports import RunKey
from fourfold.storage.months import ALL_RUNS, Months
from fourfold.storage.partitions import persona_pk
from fourfold.storage.personas.store import persona_key
from fourfold.storage.runs.records import POINTER, RunRecords, record_key
from fourfold.storage.table import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Nothing runs longer: the state machine's own limit.
LONGEST_RUN = timedelta(hours=5)
# Ids are made by many clocks: a run may sort a little before one that was there first.
CLOCKS_DIFFER = timedelta(minutes=1)
# Of a workspace's runs, so many of the newest are looked at: a client is sent at most 300.
MOST_CONSIDERED = 600
_AT_ONCE = 100
_ID_LENGTH = 26


class DynamoRunDirectory:
    """Implements `fourfold.progress.subscriptions.RunDirectory`."""

    def __init__(self, client: DynamoDBClient, table: str, clock: Callable[[], float]) -> None:
        self._table = Table(client, table)
        self._months = Months(self._table)
        self._runs = RunRecords(self._table)
        self._clock = clock

    def has_run(self, run: RunKey) -> bool:
        """Whether the workspace has this run."""
        return self._table.get(record_key(run.workspace_id, run.run_id), "pk") is not None

    def has_persona(self, workspace_id: str, persona_id: str) -> bool:
        """Whether the workspace has this persona."""
        return self._table.get(persona_key(workspace_id, persona_id), "pk") is not None

    def runs_of_persona(self, workspace_id: str, persona_id: str) -> Iterator[str]:
        """The ids of the persona's runs, background jobs included, newest first."""
        pointers = self._table.query(persona_pk(workspace_id, persona_id), POINTER, newest_first=True)
        return (pointer["sk"]["S"].removeprefix(POINTER) for pointer in pointers)

    def runs_to_follow(self, workspace_id: str, since: str | None) -> Iterator[str]:
        """The ids of the runs in progress, and of all with a greater id than `since`; newest first.

        Of the newest MOST_CONSIDERED runs: the cost does not grow with what a workspace has run.
        """
        oldest = _first_id(self._clock() - LONGEST_RUN.total_seconds())
        newer_than = None if since is None else _earlier(since)
        entries = self._months.entries_of_all(workspace_id, ALL_RUNS, None, _AT_ONCE)
        ids = (item["sk"]["S"] for item in islice(entries, MOST_CONSIDERED))
        while batch := list(islice(ids, _AT_ONCE)):
            new = {run_id for run_id in batch if newer_than is not None and run_id > newer_than}
            running = self._runs.running(workspace_id, [each for each in batch if each not in new and each >= oldest])
            yield from (run_id for run_id in batch if run_id != since and run_id in new | running)
            if batch[-1] < oldest and (newer_than is None or batch[-1] <= newer_than):
                return


def _first_id(moment: float) -> str:
    """The lowest id a run can have that began then (Unix time)."""
    return f"run_{str(ULID.from_timestamp(max(moment, 0.0))).lower()[:10]}{'0' * (_ID_LENGTH - 10)}"


def _earlier(run_id: str) -> str:
    """The lowest id of a run that may have begun after this one, whatever its clock."""
    began = ULID.from_str(run_id.removeprefix("run_").upper()).timestamp
    return _first_id(began - CLOCKS_DIFFER.total_seconds())
