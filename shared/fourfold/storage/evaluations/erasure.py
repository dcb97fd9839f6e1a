"""Erasing what an evaluation stores, beside its personas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Final

from fourfold.evaluation.cells import persona_id_of
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import Evaluation
from fourfold.storage.evaluations.due import Due, due_entry, due_item
from fourfold.storage.evaluations.store import BUDGET, RECORD, evaluation_key
from fourfold.storage.months import EVALUATIONS, RUNS, entry_key
from fourfold.storage.partitions import evaluation_pk, persona_pk
from fourfold.storage.personas.deletion import mark_key
from fourfold.storage.personas.store import persona_key
from fourfold.storage.runs.records import record_key
from fourfold.storage.table import Table, key
from fourfold.storage.transactions import PRESENT, delete, transact

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

_DELETED_AT_ONCE: Final = 500


class DynamoEvaluationErasure:
    """Implements `fourfold.evaluation.erasing.ErasureStore`."""

    def __init__(self, client: DynamoDBClient, table: str) -> None:
        self._client = client
        self._table = Table(client, table)

    def erased(self, evaluation: Evaluation) -> int:
        """How many of its briefs have no personas left."""
        item = self._table.get(key(evaluation_pk(evaluation.workspace_id, evaluation.id), BUDGET), "erased")
        return int(item["erased"]["N"]) if item else 0

    def personas_left(self, evaluation: Evaluation, briefs: Iterable[int]) -> frozenset[str]:
        """The ids of the personas of these briefs that are stored, or whose deletion has begun."""
        ws = evaluation.workspace_id
        ids = {
            persona_pk(ws, persona_id): persona_id
            for persona_id in (persona_id_of(evaluation.id, brief, side) for brief in briefs for side in SIDES)
        }
        keys = (where(ws, persona_id) for persona_id in ids.values() for where in (persona_key, mark_key))
        return frozenset(ids[item["pk"]["S"]] for item in self._table.get_many(keys, fields="pk"))

    def note_erased(self, evaluation: Evaluation, briefs: int) -> None:
        """Notes that the first `briefs` briefs have no personas left."""
        where = key(evaluation_pk(evaluation.workspace_id, evaluation.id), BUDGET)
        self._table.update(where, "SET erased = :briefs", PRESENT, values={":briefs": {"N": str(briefs)}})

    def remove(self, evaluation: Evaluation, has_time: Callable[[], bool]) -> bool:
        """Deletes an evaluation with its run and everything it stores but its personas.

        The record goes in one transaction with all that leads to it: what is left by an interruption can be found.

        Returns:
            False if the time was over before.
        """
        pk = evaluation_pk(evaluation.workspace_id, evaluation.id)
        if not self._remove_items(pk, frozenset({RECORD, BUDGET}), has_time):
            return False
        gone = [
            record_key(evaluation.workspace_id, evaluation.run_id),
            entry_key(evaluation.workspace_id, RUNS, evaluation.run_id),
            entry_key(evaluation.workspace_id, EVALUATIONS, evaluation.id),
            key(pk, BUDGET),
            evaluation_key(evaluation.workspace_id, evaluation.id),
        ]
        if evaluation.delete_after is not None:
            gone.append(due_item(due_entry(evaluation, evaluation.delete_after)))
        transact(self._client, {"evaluation": [delete(self._table.name, each) for each in gone]})
        return True

    def remove_absent(self, due: Due, has_time: Callable[[], bool]) -> None:
        """Deletes what is left of an evaluation without a record: the briefs of one that was not stored whole."""
        if self._remove_items(evaluation_pk(due.workspace_id, due.evaluation_id), frozenset(), has_time):
            self.remove_entry(due)

    def remove_entry(self, due: Due) -> None:
        """Deletes an entry of the list of what is due."""
        self._table.delete(due_item(due.entry))

    def _remove_items(self, pk: str, kept: frozenset[str], has_time: Callable[[], bool]) -> bool:
        rest = (item for item in self._table.query(pk, fields="pk, sk") if item["sk"]["S"] not in kept)
        while batch := list(islice(rest, _DELETED_AT_ONCE)):
            if not has_time():
                return False
            self._table.delete_many(batch)
        return True
