"""What an evaluation stores grows by pages, and no item grows with the number of its pairs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from ulid import ULID

from fourfold.config.engine import EngineConfig
from fourfold.evaluation.cells import persona_id_of
from fourfold.evaluation.erasing import EvaluationEraser, erase_slice
from fourfold.evaluation.evaluation_run import run_of
from fourfold.evaluation.models import Arm, BriefItem
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.staleness import MAX_LIFE
from fourfold.persona import INTENT_MAX_CHARACTERS
from fourfold.spending.budget import Cap, reservation
from fourfold.storage.evaluations.due import DueEvaluations
from fourfold.storage.evaluations.erasure import DynamoEvaluationErasure
from fourfold.storage.evaluations.store import BRIEFS_OF_A_PAGE, BUDGET, DynamoEvaluations
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.personas.deletion import mark_key
from fourfold.storage.personas.store import persona_key
from fourfold.storage.table import Table, key
from fourfold.storage.usage.budgets import DynamoBudgets
from tests.dynamo_meter import DynamoMeter

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

AT = datetime(2026, 11, 27, tzinfo=UTC)
EVALUATION, RUN = "evl_01kaqf0c5v3y9m2t8z4n6r1w7b", "run_01kaqf0c5v3y9m2t8z4n6r1w7b"
# DynamoDB's limit is 400 KB.
MOST_BYTES = 400_000
_WRITES = ("DeleteItem", "BatchWriteItem", "TransactWriteItems")


def _evaluation(briefs: int, **changed: Any) -> Evaluation:
    config = EngineConfig()
    arms = {
        side: Arm(side=side, label=side, config=config, config_hash=config.hash(), method="six_steps")
        for side in ("a", "b")
    }
    fields: dict[str, Any] = {
        "judge": config.pipeline.audit,
        "margin": 0.2,
        "max_usd": 1.0,
        "created_at": AT,
        **changed,
    }
    ids = {"id": EVALUATION, "run_id": RUN}
    return Evaluation(workspace_id="ws_one", briefs=briefs, **ids | arms | fields)


def _stored(store: DynamoEvaluations, texts: list[str], **changed: Any) -> Evaluation:
    evaluation = _evaluation(len(texts), **changed)
    assert store.add(
        evaluation, run_of(evaluation), [BriefItem(id=f"brief-{n}", text=text) for n, text in enumerate(texts)]
    )
    return evaluation


def _items(dynamodb: DynamoDBClient, prefix: str) -> list[dict[str, Any]]:
    return list(Table(dynamodb, "personas").query(evaluation_pk("ws_one", EVALUATION), prefix))


@pytest.fixture
def store(dynamodb: DynamoDBClient) -> DynamoEvaluations:
    return DynamoEvaluations(dynamodb, "personas", "outbox")


def test_briefs_lie_in_pages_and_each_is_found(store: DynamoEvaluations, dynamodb: DynamoDBClient) -> None:
    texts = [f"A baker, {number}" for number in range(2 * BRIEFS_OF_A_PAGE + 1)]
    _stored(store, texts)
    assert len(_items(dynamodb, "BRIEF")) == 3
    found = [store.brief("ws_one", EVALUATION, number) for number in range(len(texts) + 1)]
    assert [None if each is None else each.text for each in found] == [*texts, None]
    assert [each.text for each in store.briefs("ws_one", EVALUATION)] == texts
    assert store.brief("ws_one", EVALUATION, 9_999) is None


def test_a_page_of_the_longest_briefs_fits_in_an_item(store: DynamoEvaluations, dynamodb: DynamoDBClient) -> None:
    long = [
        "".join(chr(0x1F300 + (place * 7919 + number * 104729) % 700) for place in range(INTENT_MAX_CHARACTERS))
        for number in range(BRIEFS_OF_A_PAGE)
    ]
    _stored(store, long)
    (page,) = _items(dynamodb, "BRIEF")
    assert len(page["doc"]["B"]) < MOST_BYTES
    assert sum(len(text.encode()) for text in long) < MOST_BYTES, "also if nothing of it can be compressed"


def test_a_brief_of_an_earlier_version_is_found(store: DynamoEvaluations, dynamodb: DynamoDBClient) -> None:
    for number in range(3):
        item = {"doc": {"S": BriefItem(id=f"old-{number}", text="A nurse, 40").model_dump_json()}}
        Table(dynamodb, "personas").put({**key(evaluation_pk("ws_one", EVALUATION), f"BRIEF#{number:04}"), **item})
    found = store.brief("ws_one", EVALUATION, 2)
    assert found is not None
    assert found.id == "old-2"
    assert [each.id for each in store.briefs("ws_one", EVALUATION)] == ["old-0", "old-1", "old-2"]


def test_of_an_evaluation_that_meets_a_contended_budget_nothing_is_stored(
    store: DynamoEvaluations, dynamodb: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DynamoBudgets, "require_room", lambda *_: None)  # others take what was free, each time
    evaluation = _evaluation(2)
    asked = reservation((Cap("month", 1.0),), 2.0, AT, timedelta(hours=1))
    with pytest.raises(TimeoutError):
        store.add(evaluation, run_of(evaluation), [BriefItem(id=f"brief-{n}", text="A baker") for n in range(2)], asked)
    left = [item["sk"]["S"] for item in dynamodb.scan(TableName="personas")["Items"]]
    assert left == ["EVALUATIONS#2025-11", "RUNS#2025-11"], "the months of the lists"


def test_a_pair_counts_once_and_the_budgets_item_does_not_grow(
    store: DynamoEvaluations, dynamodb: DynamoDBClient
) -> None:
    evaluation = _stored(store, [f"A baker, {number}" for number in range(30)])
    assert [store.pair_done(evaluation, pair) for pair in (4, 4, 0, 29, 4, 0)] == [1, 1, 2, 3, 1, 2]
    (few,) = _items(dynamodb, BUDGET)
    for pair in range(30):
        store.pair_done(evaluation, pair)
    (all_,) = _items(dynamodb, BUDGET)
    assert all_["judged"] == {"N": "30"}
    assert len(str(all_)) <= len(str(few)) + 1


def test_a_pair_of_a_deleted_evaluation_has_no_number_and_stores_nothing(
    store: DynamoEvaluations, dynamodb: DynamoDBClient
) -> None:
    evaluation = _stored(store, ["A baker", "A nurse"])
    DynamoEvaluationErasure(dynamodb, "personas").remove(evaluation, lambda: True)
    assert store.pair_done(evaluation, 0) is None
    assert _items(dynamodb, "PAIR") == []


@pytest.mark.parametrize("moment", ["before", "after"])
def test_pairs_that_end_at_once_have_numbers_of_their_own(
    store: DynamoEvaluations, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """The second pair ends just before or after the first one reads a count."""
    evaluation = _stored(store, ["A baker", "A nurse"])
    get, others = Table.get, list[int | None]()

    def overtaken(table: Table, *given: Any, **named: Any) -> Any:
        found = get(table, *given, **named) if moment == "after" else None
        if not others:
            others.append(None)
            others[0] = store.pair_done(evaluation, 1)
        return found if moment == "after" else get(table, *given, **named)

    monkeypatch.setattr(Table, "get", overtaken)
    assert {store.pair_done(evaluation, 0), *others} == {1, 2}


def test_a_removal_that_is_interrupted_leaves_an_evaluation_that_can_be_found(
    store: DynamoEvaluations, dynamodb: DynamoDBClient
) -> None:
    due, erasure = DueEvaluations(dynamodb, "personas"), DynamoEvaluationErasure(dynamodb, "personas")
    allowed = 0

    def die(**_: Any) -> None:
        nonlocal allowed
        allowed -= 1
        if allowed < 0:
            raise KeyboardInterrupt

    def removed_after(writes: int) -> bool:
        """Removes an evaluation in a process that dies before its write number `writes` (from 0)."""
        nonlocal allowed
        evaluation = _stored(store, ["A baker", "A nurse"], delete_after=AT)
        allowed = writes
        for operation in _WRITES:
            dynamodb.meta.events.register(f"before-call.dynamodb.{operation}", die)
        try:
            return erasure.remove(evaluation, lambda: True)
        except KeyboardInterrupt:
            return False
        finally:
            for operation in _WRITES:
                dynamodb.meta.events.unregister(f"before-call.dynamodb.{operation}", die)

    ends = []
    for writes in range(20):
        ends.append(removed_after(writes))
        leads = [
            store.find("ws_one", EVALUATION) is not None,
            [each.id for each in store.page("ws_one", 10, None).evaluations] == [EVALUATION],
            [each.evaluation_id for each in due.until(AT)] == [EVALUATION],
        ]
        assert leads == 3 * [not ends[-1]]
        if ends[-1]:
            break
        erasure.remove(_evaluation(2, delete_after=AT), lambda: True)
    assert ends[-1]
    assert len(ends) > 1
    left = [item["sk"]["S"] for item in dynamodb.scan(TableName="personas")["Items"]]
    assert left == ["EVALUATIONS#2025-11", "RUNS#2025-11"], "the months of the lists"


def test_an_erasure_looks_at_personas_that_were_never_made_many_at_a_time(
    store: DynamoEvaluations, dynamodb: DynamoDBClient
) -> None:
    evaluation = _stored(store, [f"A baker, {number}" for number in range(120)])
    made, half_deleted = persona_id_of(EVALUATION, 60, "b"), persona_id_of(EVALUATION, 110, "a")
    table = Table(dynamodb, "personas")
    table.put({**persona_key("ws_one", made), "doc": {"S": "{}"}})
    table.put(mark_key("ws_one", half_deleted))
    deleted: list[str] = []
    erasure = DynamoEvaluationErasure(dynamodb, "personas")
    eraser = EvaluationEraser(erasure, lambda _, persona_id: deleted.append(persona_id), lambda _: None, lambda: 0.0)
    meter = DynamoMeter(dynamodb, boto3.client("dynamodb"))
    try:
        with meter.during() as usage:
            assert erase_slice(evaluation, eraser, 1.0)
    finally:
        meter.close()
    assert deleted == [made, half_deleted]
    assert usage.requests.total() < evaluation.briefs / 4


def test_a_deletion_of_the_workspace_reads_the_evaluations_of_its_last_weeks(
    store: DynamoEvaluations, dynamodb: DynamoDBClient
) -> None:
    old, new = AT - timedelta(days=60), AT - timedelta(days=1)
    at = [old + timedelta(minutes=number) for number in range(120)] + [new]
    ids = [f"evl_{ULID.from_datetime(each)}".lower() for each in at]
    for evaluation_id, run_id in ((each, each.replace("evl", "run")) for each in ids):
        evaluation = _evaluation(1, id=evaluation_id, run_id=run_id)
        store.add(evaluation, run_of(evaluation), [BriefItem(id="brief-1", text="A baker")])
    meter = DynamoMeter(dynamodb, boto3.client("dynamodb"))
    try:
        with meter.during() as usage:
            assert [each.id for each in store.running("ws_one", AT - MAX_LIFE)] == ids[-1:]
    finally:
        meter.close()
    assert usage.requests.total() <= 4
