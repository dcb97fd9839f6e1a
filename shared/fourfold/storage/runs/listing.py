"""Lists of runs: of a workspace or of one persona, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from fourfold.ids import cell_ids
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.storage.layout import ConvertedWorkspaces
from fourfold.storage.months import EVALUATED_RUNS, RUNS, Months
from fourfold.storage.partitions import persona_pk
from fourfold.storage.runs.records import POINTER, record_key
from fourfold.storage.table import Table, key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

# Entries that are looked at for one page, whatever the filters select.
MOST_CONSIDERED = 300
_PAGE = 100


@dataclass(frozen=True)
class RunFilter:
    """Which runs to list; None selects all.

    Runs that make personas of an evaluation are selected by its id or by the persona's alone.
    """

    kind: RunKind | None = None
    status: RunStatus | None = None
    persona_id: str | None = None
    evaluation_id: str | None = None

    def selects(self, run: Run) -> bool:
        """Whether a run has the status and the evaluation; kind and persona are chosen by the entries."""
        return self.status in {None, run.status} and self.evaluation_id in {None, run.evaluation_id}


@dataclass(frozen=True)
class RunPage:
    """A page of runs as they are stored, newest first. `last` is the id to continue after, None at the end."""

    runs: Sequence[Run]
    last: str | None


class DynamoRunList:
    """Lists the runs of all workspaces."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._table = Table(client, table)
        self._months = Months(self._table)
        self._converted = ConvertedWorkspaces(self._table)

    def page(self, workspace_id: str, wanted: RunFilter, limit: int, after: str | None = None) -> RunPage:
        """Up to `limit` (1-100) runs, those that began before run `after`.

        A page is shorter where few of the newest MOST_CONSIDERED match; `last` says whether others follow.

        Raises:
            OutdatedStoreError: an earlier version stored the workspace's runs.
        """
        self._converted.require(workspace_id)
        entries = self._entries(workspace_id, wanted, after)
        found: list[Run] = []
        considered, last = 0, None
        while considered < MOST_CONSIDERED:
            batch = list(islice(entries, min(_PAGE, 2 * (limit - len(found)), MOST_CONSIDERED - considered)))
            if not batch:
                return RunPage(found, None)
            considered += len(batch)
            records = self._records(workspace_id, [run_id for run_id, kind in batch if wanted.kind in {None, kind}])
            for place, (run_id, _) in enumerate(batch, start=1):
                run, last = records.get(run_id), run_id
                if run is None or not wanted.selects(run):
                    continue
                found.append(run)
                if len(found) == limit:
                    is_last = place == len(batch) and next(entries, None) is None
                    return RunPage(found, None if is_last else last)
        return RunPage(found, last)

    def _entries(self, workspace_id: str, wanted: RunFilter, after: str | None) -> Iterator[tuple[str, str]]:
        """Ids and kinds of the runs, newest first."""
        if wanted.persona_id is not None:
            pk = persona_pk(workspace_id, wanted.persona_id)
            start = None if after is None else key(pk, f"{POINTER}{after}")
            pointers = self._table.query(pk, POINTER, start_after=start, newest_first=True, page=_PAGE)
            return ((item["sk"]["S"].removeprefix(POINTER), item["kind"]["S"]) for item in pointers)
        if wanted.evaluation_id is None:
            listed = self._months.entries(workspace_id, RUNS, after, _PAGE)
        else:
            lowest, highest = cell_ids("run", wanted.evaluation_id)
            cells = self._months.entries(workspace_id, EVALUATED_RUNS, after or highest, _PAGE)
            listed = takewhile(lambda item: item["sk"]["S"] >= lowest, cells)
        return ((item["sk"]["S"], item["kind"]["S"]) for item in listed)

    def _records(self, workspace_id: str, ids: Sequence[str]) -> dict[str, Run]:
        items = self._table.get_many((record_key(workspace_id, each) for each in ids), fields="doc")
        return {run.id: run for run in (Run.model_validate_json(item["doc"]["S"]) for item in items)}
