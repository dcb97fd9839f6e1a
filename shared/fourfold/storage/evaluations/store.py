"""Evaluations.

pk evaluation_pk   sk `EVALUATION`           the record
                   sk `BRIEFS#<4 digits>`    a page of briefs (compressed); of earlier versions `BRIEF#<4 digits>`, one
                   sk `PAIR#<5 digits>`      a judged pair
                   sk `BUDGET`               what is reserved and spent, how many pairs are judged and erased, why
                                             nothing more is sent
                   sk `JUDGEMENT#<key>`      a paid judgement of the evaluation's judge
                   sk `REPORT`               the result (compressed)
pk month_pk        sk the id                 the entry in the workspace's list; `due`: its entry in `due.DUE_PK`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.evaluation.models import SIDES, BriefItem, EvaluationReport, Side
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.store import Cell
from fourfold.ids import id_created_at
from fourfold.persona import Persona
from fourfold.pipeline.state import DraftBasis
from fourfold.progress.run import Run
from fourfold.spending.budget import BudgetExceededError, Reservation
from fourfold.spending.spent import Account, Spent
from fourfold.storage.documents import packed, unpacked
from fourfold.storage.evaluations.due import DUE, due_entry, due_item
from fourfold.storage.months import EVALUATIONS, Months, entry_key
from fourfold.storage.outbox import BusEntry, outbox_puts
from fourfold.storage.partitions import evaluation_pk, persona_pk, run_pk
from fourfold.storage.personas.store import persona_key, personas_of
from fourfold.storage.runs.records import RunRecords, record_key
from fourfold.storage.table import Item, Table, key
from fourfold.storage.transactions import ABSENT, PRESENT, Write, check, delete, put, transact, update
from fourfold.storage.usage.budgets import DynamoBudgets
from fourfold.storage.usage.counters import usage_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

RECORD, BUDGET, REPORT = "EVALUATION", "BUDGET", "REPORT"
_BRIEFS, _BRIEF, _PAIR, _JUDGEMENT = "BRIEFS#", "BRIEF#", "PAIR#", "JUDGEMENT#"
# Briefs in an item: 320 KB of the 400 that an item may have, were all as long as they may be.
BRIEFS_OF_A_PAGE: Final = 20
_BRIEF_PAGE: Final = TypeAdapter(list[BriefItem])
_IS_RUNNING, _RUNNING, _NAMES = "#status = :running", {":running": {"S": "running"}}, {"#status": "status"}
_READ_AT_ONCE: Final = 100
PER_USD: Final = 1_000_000_000
_ATTEMPTS: Final = 10
# Longer than an Idempotency-Key is kept, under which the same evaluation may be stored.
_UNSTORED_FOR: Final = timedelta(days=2)


@dataclass(frozen=True)
class EvaluationPage:
    """One page of a list, newest first. `last` is the id to continue after, None at the end."""

    evaluations: Sequence[Evaluation]
    last: str | None


class DynamoEvaluations:
    """Implements `fourfold.evaluation.store.EvaluationStore`, and lists."""

    def __init__(self, client: DynamoDBClient, table: str, outbox: str) -> None:
        self._client = client
        self._table = Table(client, table)
        self._outbox = outbox
        self._months = Months(self._table)
        self._runs = RunRecords(self._table)
        self._budgets = DynamoBudgets(client, table, outbox)

    def add(
        self, evaluation: Evaluation, run: Run, briefs: Sequence[BriefItem], reservation: Reservation | None = None
    ) -> bool:
        """Stores an evaluation, its run and its briefs, and reserves; False if it is stored already.

        The briefs come first: an evaluation that can be found is whole.

        Raises:
            BudgetExceededError: a budget has too little left; nothing is stored.
            TimeoutError: the budget is contended; nothing is stored.
        """
        ws = evaluation.workspace_id
        if reservation is not None:
            self._budgets.require_room(ws, reservation)
        pk = evaluation_pk(ws, evaluation.id)
        pages = [briefs[first : first + BRIEFS_OF_A_PAGE] for first in range(0, len(briefs), BRIEFS_OF_A_PAGE)]
        # By this entry the pages are deleted if the process dies before the evaluation is stored.
        unstored = due_item(due_entry(evaluation, evaluation.created_at + _UNSTORED_FOR))
        self._table.put(unstored)
        self._table.put_many(
            {**key(pk, f"{_BRIEFS}{number:04}"), "doc": packed(_BRIEF_PAGE.dump_json(list(page)).decode())}
            for number, page in enumerate(pages)
        )
        self._months.register(ws, EVALUATIONS, evaluation.id)
        most = str(units(evaluation.max_usd))
        writes = [
            put(self._table.name, _record_item(evaluation), ABSENT),
            put(self._table.name, {**key(pk, BUDGET), "committed": {"N": "0"}, "remaining": {"N": most}}),
            delete(self._table.name, unstored),
            *self._listed(evaluation),
            *self._runs.new(run),
        ]
        try:
            if reservation is None:
                return not transact(self._client, {"evaluation": writes})
            return self._budgets.begin(ws, run.id, reservation, writes)
        except (BudgetExceededError, TimeoutError):
            self._table.delete_many(key(pk, f"{_BRIEFS}{number:04}") for number in range(len(pages)))
            self._table.delete(unstored)
            raise

    def _listed(self, evaluation: Evaluation) -> list[Write]:
        entry = entry_key(evaluation.workspace_id, EVALUATIONS, evaluation.id)
        if evaluation.delete_after is None:
            return [put(self._table.name, entry)]
        due = due_entry(evaluation, evaluation.delete_after)
        return [put(self._table.name, {**entry, DUE: {"S": due}}), put(self._table.name, due_item(due))]

    def pair_done(self, evaluation: Evaluation, brief: int) -> int | None:
        """Notes that the pair of a brief is judged; returns which one it is in the order in which pairs are, from 1.

        Each pair has a number of its own, the same if it is noted again. None if the evaluation is deleted.
        """
        pk, table = evaluation_pk(evaluation.workspace_id, evaluation.id), self._table.name
        pair = key(pk, f"{_PAIR}{brief:05}")
        for _ in range(_ATTEMPTS):
            budget = self._table.get(key(pk, BUDGET), "pk, judged")
            if budget is None:
                return None
            count = _judged(budget)
            number, seen = {"N": str(count + 1)}, {":count": {"N": str(count)}} if count else {}
            counted = update(
                table,
                key(pk, BUDGET),
                "SET judged = :number",
                f"{PRESENT} AND {'judged = :count' if count else 'attribute_not_exists(judged)'}",
                values={":number": number, **seen},
            )
            noted = put(table, {**pair, "judged": number}, ABSENT)
            failed = transact(self._client, {"pair": [noted], "count": [counted]})
            if not failed:
                return count + 1
            if "pair" in failed:  # noted before; an earlier version stored no number
                return _judged(self._table.get(pair)) or count
        raise TimeoutError(f"the count of pairs of {evaluation.id} is contended")

    def find(self, workspace_id: str, evaluation_id: str) -> Evaluation | None:
        """The evaluation, strongly consistent, or None."""
        item = self._table.get(evaluation_key(workspace_id, evaluation_id))
        return None if item is None else Evaluation.model_validate_json(item["doc"]["S"])

    def page(self, workspace_id: str, limit: int, after: str | None) -> EvaluationPage:
        """Up to `limit` (1-100) evaluations, newest first, those that began before evaluation `after`."""
        entries = self._months.entries(workspace_id, EVALUATIONS, after, limit + 1)
        ids = [item["sk"]["S"] for item in islice(entries, limit + 1)]
        items = self._table.get_many(evaluation_key(workspace_id, each) for each in ids[:limit])
        found = {one.id: one for one in (Evaluation.model_validate_json(item["doc"]["S"]) for item in items)}
        return EvaluationPage(
            [found[each] for each in ids[:limit] if each in found], ids[limit - 1] if len(ids) > limit else None
        )

    def running(self, workspace_id: str, since: datetime) -> Iterator[Evaluation]:
        """The workspace's evaluations in progress that began at `since` or later. The records of these are read."""
        entries = self._months.entries(workspace_id, EVALUATIONS, None, _READ_AT_ONCE)
        ids = takewhile(lambda each: id_created_at(each) >= since, (entry["sk"]["S"] for entry in entries))
        for item in self._table.get_many(evaluation_key(workspace_id, each) for each in ids):
            if item.get("status", {}).get("S") == EvaluationStatus.RUNNING:
                yield Evaluation.model_validate_json(item["doc"]["S"])

    def brief(self, workspace_id: str, evaluation_id: str, brief: int) -> BriefItem | None:
        """One brief, or None."""
        pk, (page, place) = evaluation_pk(workspace_id, evaluation_id), divmod(brief, BRIEFS_OF_A_PAGE)
        item = self._table.get(key(pk, f"{_BRIEFS}{page:04}"))
        if item is None:
            old = self._table.get(key(pk, f"{_BRIEF}{brief:04}"))
            return None if old is None else BriefItem.model_validate_json(old["doc"]["S"])
        briefs = _BRIEF_PAGE.validate_json(unpacked(item["doc"]))
        return briefs[place] if place < len(briefs) else None

    def briefs(self, workspace_id: str, evaluation_id: str) -> list[BriefItem]:
        """All briefs, in order."""
        pk = evaluation_pk(workspace_id, evaluation_id)
        pages = self._table.query(pk, _BRIEFS)
        found = [brief for page in pages for brief in _BRIEF_PAGE.validate_json(unpacked(page["doc"]))]
        return found or [BriefItem.model_validate_json(item["doc"]["S"]) for item in self._table.query(pk, _BRIEF)]

    def briefs_at(self, evaluation: Evaluation, places: range) -> dict[int, BriefItem]:
        """The briefs at these places, by place. Twenty are one item."""
        pk = evaluation_pk(evaluation.workspace_id, evaluation.id)
        pages = range(places.start // BRIEFS_OF_A_PAGE, -(-places.stop // BRIEFS_OF_A_PAGE))
        found: dict[int, BriefItem] = {}
        for item in self._table.get_many(key(pk, f"{_BRIEFS}{page:04}") for page in pages):
            first = int(item["sk"]["S"].removeprefix(_BRIEFS)) * BRIEFS_OF_A_PAGE
            found.update(enumerate(_BRIEF_PAGE.validate_json(unpacked(item["doc"])), start=first))
        return {place: found[place] for place in places if place in found}

    def personas(self, evaluation: Evaluation, briefs: Iterable[int]) -> dict[str, Persona]:
        """The personas of these briefs that exist, by id."""
        ids = (persona_id_of(evaluation.id, brief, side) for brief in briefs for side in SIDES)
        return personas_of(self._table, evaluation.workspace_id, ids)

    def cells(self, evaluation: Evaluation, briefs: Iterable[int]) -> Mapping[tuple[int, Side], Cell]:
        """The cells of these briefs that have a run, by brief and side. A hundred items are read by one request."""
        ws, cells = evaluation.workspace_id, [(brief, side) for brief in briefs for side in SIDES]
        runs = self._by_pk(record_key(ws, run_id_of(evaluation.id, *cell)) for cell in cells)
        personas = self._by_pk(persona_key(ws, persona_id_of(evaluation.id, *cell)) for cell in cells)
        found = {}
        for cell in cells:
            run = runs.get(run_pk(ws, run_id_of(evaluation.id, *cell)))
            if run is not None:
                persona = personas.get(persona_pk(ws, persona_id_of(evaluation.id, *cell)))
                found[cell] = _cell(run, persona)
        return found

    def _by_pk(self, keys: Iterable[Item]) -> dict[str, Item]:
        return {item["pk"]["S"]: item for item in self._table.get_many(keys)}

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
            check(self._table.name, evaluation_key(evaluation.workspace_id, evaluation.id)),
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

        All in one transaction: of two ends at once, the report is that of the one that is stored, and a deleted
        evaluation gets none. What the evaluation held of budgets is settled by what it spent.
        """
        where = key(evaluation_pk(evaluation.workspace_id, evaluation.id), REPORT)
        writes = [
            put(self._table.name, {**where, "doc": packed(report.model_dump_json())}),
            put(self._table.name, _record_item(evaluation), _IS_RUNNING, values=_RUNNING, names=_NAMES),
            self._runs.end(run),
            *usage_writes(self._table.name, run.workspace_id, run.completed_at or run.started_at, spent),
            *outbox_puts(self._outbox, entries),
        ]
        if run.reserved_usd is None:
            return not transact(self._client, {"end": writes})
        return self._budgets.end(run.workspace_id, run.id, units(evaluation.spent_usd or 0.0), writes)

    def report(self, workspace_id: str, evaluation_id: str) -> EvaluationReport | None:
        """The report, or None."""
        item = self._table.get(key(evaluation_pk(workspace_id, evaluation_id), REPORT))
        return None if item is None else EvaluationReport.model_validate_json(unpacked(item["doc"]))


def _cell(run: Item, persona: Item | None) -> Cell:
    basis = DraftBasis.model_validate_json(unpacked(run["basis"])) if "basis" in run else None
    return Cell(
        run=Run.model_validate_json(run["doc"]["S"]),
        violations=0 if basis is None else len(basis.violations),
        persona=None if persona is None else Persona.model_validate_json(persona["doc"]["S"]),
    )


def _judged(item: Item | None) -> int:
    return 0 if item is None or "judged" not in item else int(item["judged"]["N"])


def check_in_progress(table: str, workspace_id: str, evaluation_id: str) -> Write:
    """The condition of a transaction that an evaluation is in progress."""
    return check(table, evaluation_key(workspace_id, evaluation_id), _IS_RUNNING, values=_RUNNING, names=_NAMES)


def evaluation_key(workspace_id: str, evaluation_id: str) -> Item:
    """The key of an evaluation's record."""
    return key(evaluation_pk(workspace_id, evaluation_id), RECORD)


def _record_item(evaluation: Evaluation) -> Item:
    return {
        **evaluation_key(evaluation.workspace_id, evaluation.id),
        "status": {"S": evaluation.status.value},
        "doc": {"S": evaluation.model_dump_json()},
    }


def units(usd: float) -> int:
    """An amount as a budget stores it: in billionths of a USD, which add up exactly."""
    return round(usd * PER_USD)
