"""Runs of every kind: the record, the pointer under its persona, and the entry in the workspace's list.

The record also holds what is not shown: a generation's basis, the layers that a rewriting run starts from, and the paid
answers of a job while it runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fourfold.pipeline.rewrite import RunBase
from fourfold.pipeline.state import DraftBasis
from fourfold.progress.ports import RunKey
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.layout import require_converted
from fourfold.storage.months import EVALUATED_RUNS, RUNS, Months, entry_key
from fourfold.storage.partitions import persona_pk, run_pk
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, Write, put

POINTER = "RUN#"
RECORD = "RUN"
BASE = "run_base"
_NAMES = {"#status": "status"}


class RunRecords:
    """The records of all runs."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._months = Months(table)

    def run(self, workspace_id: str, run_id: str) -> Run | None:
        """The run, or None.

        Raises:
            OutdatedStoreError: an earlier version stored it.
        """
        item = self._table.get(record_key(workspace_id, run_id), "doc")
        if item is None:
            require_converted(self._table, workspace_id, f"RUN#{run_id}")
            return None
        return Run.model_validate_json(item["doc"]["S"])

    def basis(self, workspace_id: str, run_id: str) -> DraftBasis | None:
        """What the layers rest on that this run wrote, or None."""
        item = self._table.get(record_key(workspace_id, run_id), "basis")
        return DraftBasis.model_validate_json(unpacked(item["basis"])) if item else None

    def base(self, workspace_id: str, run_id: str) -> RunBase | None:
        """What a rewriting run starts from, or None."""
        item = self._table.get(record_key(workspace_id, run_id), BASE)
        return RunBase.model_validate_json(unpacked(item[BASE])) if item else None

    def version(self, workspace_id: str, run_id: str) -> int | None:
        """The number of the persona's version that this run wrote, or None."""
        item = self._table.get(record_key(workspace_id, run_id), "version")
        return int(item["version"]["N"]) if item else None

    def running(self, workspace_id: str, run_ids: Iterable[str]) -> set[str]:
        """Those of these runs that have not ended."""
        runs = (RunKey(workspace_id, run_id) for run_id in run_ids)
        return {run.run_id for run in running_runs(self._table, runs)}

    def new(self, run: Run, further: Mapping[str, Any] | None = None) -> list[Write]:
        """The writes of a run that is not stored yet; `further` attributes of its record."""
        self._months.register(run.workspace_id, _list_of(run), run.id)
        return [
            put(self._table.name, {**record_item(run), **(further or {})}, ABSENT),
            *(put(self._table.name, item) for item in listed_items(run)),
        ]

    def end(self, run: Run, version: int | None = None, basis: DraftBasis | None = None) -> Write:
        """The write of a run that has ended; it fails unless the stored one still runs.

        What a job kept for its next worker goes with it.
        """
        running = {":running": {"S": RunStatus.RUNNING.value}}
        item = record_item(run, version, basis)
        return put(self._table.name, item, "#status = :running", values=running, names=_NAMES)


def running_runs(table: Table, runs: Iterable[RunKey]) -> set[RunKey]:
    """Those of these runs that have not ended."""
    by_pk = {run_pk(run.workspace_id, run.run_id): run for run in runs}
    records = table.get_many((key(pk, RECORD) for pk in by_pk), fields="pk, #status", names=_NAMES)
    return {by_pk[item["pk"]["S"]] for item in records if item["status"]["S"] == RunStatus.RUNNING.value}


def record_key(workspace_id: str, run_id: str) -> Item:
    """The key of a run's record."""
    return key(run_pk(workspace_id, run_id), RECORD)


def pointer_key(run: Run) -> Item:
    """The key of the pointer to a run, under its persona: a persona's deletion finds its runs by them."""
    return key(persona_pk(run.workspace_id, run.owner), f"{POINTER}{run.id}")


def listed_items(run: Run) -> list[Item]:
    """What a run is found by beside its id: the pointer under its persona, the entry in the workspace's list."""
    kind, entry = {"kind": {"S": run.kind.value}}, entry_key(run.workspace_id, _list_of(run), run.id)
    if run.persona_id is None:
        return [{**entry, **kind}]
    return [{**pointer_key(run), **kind}, {**entry, **kind, "persona_id": {"S": run.persona_id}}]


def _list_of(run: Run) -> str:
    """An evaluation's own run is one of the workspace's; the runs that make its personas have a list of their own."""
    return RUNS if run.evaluation_id is None or run.persona_id is None else EVALUATED_RUNS


def record_item(run: Run, version: int | None = None, basis: DraftBasis | None = None) -> Item:
    """A run's record; `version` and `basis` are of a generation that wrote something."""
    item: Item = {
        **record_key(run.workspace_id, run.id),
        "status": {"S": run.status.value},
        "kind": {"S": run.kind.value},
        "started_at": {"S": run.started_at.isoformat()},
        "doc": {"S": run.model_dump_json()},
    }
    if version is not None:
        item["version"] = {"N": str(version)}
    if basis is not None:
        item["basis"] = packed(basis.model_dump_json())
    return item
