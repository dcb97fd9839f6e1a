"""Evaluations.

pk evaluation_pk   sk `EVALUATION`           the record
                   sk `BRIEF#<4 digits>`     a brief
                   sk `BUDGET`               what is reserved and spent, the judged pairs, why nothing more is sent
                   sk `JUDGEMENT#<key>`      a paid judgement of the evaluation's judge
                   sk `REPORT`               the result (compressed)
pk month_pk        sk the id                 the entry in the workspace's list
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from fourfold.evaluation.models import BriefItem, EvaluationReport
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.progress.run import Run
from fourfold.spending.spent import Account, Spent
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.months import EVALUATIONS, RUNS, Months, entry_key
from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.runs.records import RunRecords, record_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, PRESENT, check, put, transact
from fourfold.storage.usage.counters import usage_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RECORD, BUDGET, REPORT = "EVALUATION", "BUDGET", "REPORT"
_BRIEF, _JUDGEMENT = "BRIEF#", "JUDGEMENT#"
_NAMES = {"#status": "status"}
_READ_AT_ONCE: Final = 100
PER_USD: Final = 1_000_000_000


@dataclass(frozen=True)
class EvaluationPage:
    """One page of a list, newest first. `last` is the id to continue after, None at the end."""

    evaluations: Sequence[Evaluation]
    last: str | None


class DynamoEvaluations:
    """Implements `fourfold.evaluation.store.EvaluationStore`; lists and deletes."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox
        self._months = Months(self._table)
        self._runs = RunRecords(self._table)

    def add(self, evaluation: Evaluation, run: Run, briefs: Sequence[BriefItem]) -> bool:
        """Stores an evaluation, its run and its briefs; False if it is stored already.

        The briefs come first: an evaluation that can be found is whole.
        """
        pk = evaluation_pk(evaluation.workspace_id, evaluation.id)
        self._table.put_many(
            {**key(pk, f"{_BRIEF}{number:04}"), "doc": {"S": brief.model_dump_json()}}
            for number, brief in enumerate(briefs)
        )
        self._months.register(evaluation.workspace_id, EVALUATIONS, evaluation.id)
        most = str(units(evaluation.max_usd))
        writes = [
            put(self._table.name, _record_item(evaluation), ABSENT),
            put(self._table.name, {**key(pk, BUDGET), "committed": {"N": "0"}, "remaining": {"N": most}}),
            put(self._table.name, entry_key(evaluation.workspace_id, EVALUATIONS, evaluation.id)),
            *self._runs.new(run),
        ]
        return not transact(self._client, {"evaluation": writes})

    def pair_done(self, evaluation: Evaluation, brief: int) -> int:
        """Notes that the pair of a brief is judged; returns how many pairs are."""
        item = self._table.update(
            key(evaluation_pk(evaluation.workspace_id, evaluation.id), BUDGET),
            "ADD pairs :brief",
            PRESENT,
            values={":brief": {"NS": [str(brief)]}},
        )
        return 0 if item is None else len(item["pairs"]["NS"])

    def find(self, workspace_id: str, evaluation_id: str) -> Evaluation | None:
        """The evaluation, strongly consistent, or None."""
        item = self._table.get(_key(workspace_id, evaluation_id))
        return None if item is None else Evaluation.model_validate_json(item["doc"]["S"])

    def page(self, workspace_id: str, limit: int, after: str | None) -> EvaluationPage:
        """Up to `limit` (1-100) evaluations, newest first, those that began before evaluation `after`."""
        entries = self._months.entries(workspace_id, EVALUATIONS, after, limit + 1)
        ids = [item["sk"]["S"] for item in islice(entries, limit + 1)]
        items = self._table.get_many(_key(workspace_id, each) for each in ids[:limit])
        found = {one.id: one for one in (Evaluation.model_validate_json(item["doc"]["S"]) for item in items)}
        return EvaluationPage(
            [found[each] for each in ids[:limit] if each in found], ids[limit - 1] if len(ids) > limit else None
        )

    def running(self, workspace_id: str) -> Iterator[Evaluation]:
        """The workspace's evaluations in progress. The records of all are read."""
        entries = self._months.entries(workspace_id, EVALUATIONS, None, _READ_AT_ONCE)
        records = self._table.get_many(_key(workspace_id, entry["sk"]["S"]) for entry in entries)
        for item in records:
            if item.get("status", {}).get("S") == EvaluationStatus.RUNNING:
                yield Evaluation.model_validate_json(item["doc"]["S"])

    def brief(self, workspace_id: str, evaluation_id: str, brief: int) -> BriefItem | None:
        """One brief, or None."""
        item = self._table.get(key(evaluation_pk(workspace_id, evaluation_id), f"{_BRIEF}{brief:04}"))
        return None if item is None else BriefItem.model_validate_json(item["doc"]["S"])

    def briefs(self, workspace_id: str, evaluation_id: str) -> list[BriefItem]:
        """All briefs, in order."""
        items = self._table.query(evaluation_pk(workspace_id, evaluation_id), _BRIEF)
        return [BriefItem.model_validate_json(item["doc"]["S"]) for item in items]

    def judgement(self, evaluation: Evaluation, key_: str) -> str | None:
        """The text of a paid judgement, or None."""
        item = self._table.get(key(evaluation_pk(evaluation.workspace_id, evaluation.id), f"{_JUDGEMENT}{key_}"))
        return None if item is None else unpacked(item["doc"])

    def judgements(self, evaluation: Evaluation) -> Mapping[str, str]:
        """The texts of all judgements by key."""
        items = self._table.query(evaluation_pk(evaluation.workspace_id, evaluation.id), _JUDGEMENT)
        return {item["sk"]["S"].removeprefix(_JUDGEMENT): unpacked(item["doc"]) for item in items}

    def keep_judgement(self, evaluation: Evaluation, key_: str, text: str) -> None:
        """Stores the text of a judgement, unless one is stored under this key or the evaluation is deleted."""
        where = key(evaluation_pk(evaluation.workspace_id, evaluation.id), f"{_JUDGEMENT}{key_}")
        writes = [
            put(self._table.name, {**where, "doc": packed(text)}, ABSENT),
            check(self._table.name, _key(evaluation.workspace_id, evaluation.id)),
        ]
        transact(self._client, {"judgement": writes})

    def finish(
        self,
        evaluation: Evaluation,
        run: Run,
        report: EvaluationReport,
        entries: Sequence[BusEntry],
        spent: Mapping[Account, Spent],
    ) -> bool:
        """Stores the end of an evaluation with its run, report, events and usage; False if it has ended.

        The report comes first: an evaluation that has ended has its report.
        """
        where = key(evaluation_pk(evaluation.workspace_id, evaluation.id), REPORT)
        self._table.put({**where, "doc": packed(report.model_dump_json())})
        running = {":running": {"S": "running"}}
        writes = [
            put(self._table.name, _record_item(evaluation), "#status = :running", values=running, names=_NAMES),
            self._runs.end(run),
            *usage_writes(self._table.name, run.workspace_id, run.completed_at or run.started_at, spent),
            *outbox_puts(self._outbox, entries),
        ]
        return not transact(self._client, {"end": writes})

    def report(self, workspace_id: str, evaluation_id: str) -> EvaluationReport | None:
        """The report, or None."""
        item = self._table.get(key(evaluation_pk(workspace_id, evaluation_id), REPORT))
        return None if item is None else EvaluationReport.model_validate_json(unpacked(item["doc"]))

    def remove(self, evaluation: Evaluation) -> None:
        """Deletes an evaluation with its run and everything it stores but its personas; the record last."""
        pk = evaluation_pk(evaluation.workspace_id, evaluation.id)
        rest = [item["sk"]["S"] for item in self._table.query(pk, fields="sk") if item["sk"]["S"] != RECORD]
        self._table.delete_many(key(pk, sk) for sk in rest)
        self._table.delete(record_key(evaluation.workspace_id, evaluation.run_id))
        self._table.delete(entry_key(evaluation.workspace_id, RUNS, evaluation.run_id))
        self._table.delete(entry_key(evaluation.workspace_id, EVALUATIONS, evaluation.id))
        self._table.delete(_key(evaluation.workspace_id, evaluation.id))


def _key(workspace_id: str, evaluation_id: str) -> Item:
    return key(evaluation_pk(workspace_id, evaluation_id), RECORD)


def _record_item(evaluation: Evaluation) -> Item:
    return {
        **_key(evaluation.workspace_id, evaluation.id),
        "status": {"S": evaluation.status.value},
        "doc": {"S": evaluation.model_dump_json()},
    }


def units(usd: float) -> int:
    """An amount as a budget stores it: in billionths of a USD, which add up exactly."""
    return round(usd * PER_USD)
