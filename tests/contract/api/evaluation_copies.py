"""Fills a store with copies of an evaluation that was made through the API, written straight into its table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ulid import ULID

from fourfold.evaluation.record import Evaluation
from fourfold.storage.evaluations.due import DUE, due_entry, due_item
from fourfold.storage.months import EVALUATIONS, RUNS, entry_key, month_key
from fourfold.storage.partitions import evaluation_pk, run_pk
from fourfold.storage.table import Item, Table


def fill(table: Table, evaluation: Evaluation, places: range, days: float) -> None:
    """Stores a copy for each of `places`, which are over the `days` before now; 0 is the oldest of `places.stop`.

    A copy has ids and times of its own, no personas, and everything else that the evaluation stores.
    """
    own = list(table.query(evaluation_pk(evaluation.workspace_id, evaluation.id)))
    run = list(table.query(run_pk(evaluation.workspace_id, evaluation.run_id)))
    listed = table.get(entry_key(evaluation.workspace_id, RUNS, evaluation.run_id))
    assert listed is not None
    now = datetime.now(UTC)
    copies = (
        item
        for place in places
        for item in _copy(evaluation, own, run, listed, now - timedelta(days=days) * (1 - place / places.stop))
    )
    table.put_many({(item["pk"]["S"], item["sk"]["S"]): item for item in copies}.values())


def _copy(evaluation: Evaluation, own: list[Item], run: list[Item], listed: Item, at: datetime) -> Iterator[Item]:
    ws, ulid = evaluation.workspace_id, str(ULID.from_datetime(at)).lower()
    made = evaluation.model_copy(
        update={
            "id": f"evl_{ulid}",
            "run_id": f"run_{ulid}",
            "created_at": at,
            "delete_after": at + timedelta(days=4_000),
        }
    )
    for item in own:
        copied = {**item, "pk": {"S": evaluation_pk(ws, made.id)}}
        yield copied if item["sk"]["S"] != "EVALUATION" else {**copied, "doc": {"S": made.model_dump_json()}}
    for item in run:
        text = item["doc"]["S"].replace(evaluation.run_id, made.run_id).replace(evaluation.id, made.id)
        yield {**item, "pk": {"S": run_pk(ws, made.run_id)}, "doc": {"S": text}}
    due = due_entry(made, at + timedelta(days=4_000))
    yield {**entry_key(ws, EVALUATIONS, made.id), DUE: {"S": due}}
    yield due_item(due)
    yield {**listed, **entry_key(ws, RUNS, made.run_id)}
    yield month_key(ws, EVALUATIONS, made.id)
    yield month_key(ws, RUNS, made.run_id)
