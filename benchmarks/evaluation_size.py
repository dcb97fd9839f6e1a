"""What the size of an evaluation costs: DynamoDB requests and units, CPU and memory of its start and of its end.

The store is moto's, with the units computed as DynamoDB bills them; personas are one of the offline composer's under
the ids of their cells. What a cell costs does not depend on the size, but for what is counted here.

`python -m benchmarks.evaluation_size [briefs ...]`, 100 and 1,000 without any
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import boto3

from benchmarks.report import Report
from fourfold.config.engine import EngineConfig
from fourfold.evaluation.cells import cell_run
from fourfold.evaluation.concluding import ConclusionContext, conclude
from fourfold.evaluation.evaluation_run import run_of
from fourfold.evaluation.judging import Judgement, PairJudgement
from fourfold.evaluation.models import SIDES, Arm, BriefItem, Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.store import judgement_key, preference_key
from fourfold.llm.port import ModelCall
from fourfold.persona import PersonaStatus, TokenUsage
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunLog
from fourfold.progress.run import RunStatus
from fourfold.storage.documents import packed
from fourfold.storage.evaluations.budget import DynamoBudget
from fourfold.storage.evaluations.store import REPORT, DynamoEvaluations
from fourfold.storage.partitions import evaluation_pk
from fourfold.storage.personas.store import DynamoPersonaStore, persona_key
from fourfold.storage.progress.events import DynamoEventStore
from fourfold.storage.runs.records import record_item
from fourfold.storage.table import Table, key
from tests.builders import written_offline
from tests.dynamo_meter import DynamoMeter, Usage
from tests.tables import tables_in_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SIZES: Final = (100, 1000)
_EVALUATION, _RUN = "evl_01kaqf0c5v3y9m2t8z4n6r1w7b", "run_01kaqf0c5v3y9m2t8z4n6r1w7b"
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
CALL: Final = ModelCall(
    provider="offline",
    model="composer-1",
    duration_ms=2_000,
    tokens=TokenUsage(input_tokens=1_800, output_tokens=360),
    cost_usd=0.0123,
)
_LAYOUT: Final = {"personas": "S", "run-events": "N", "outbox": None}


def measure(sizes: tuple[int, ...]) -> Report:
    """All figures."""
    published = Report("evaluation_size")
    written = written_offline("A shy founder, 34, in Istanbul")
    for size in sizes:
        with tables_in_moto(_LAYOUT) as tables:
            meter = DynamoMeter(tables.client, boto3.client("dynamodb"))
            for what, usage, cpu in _sized(size, written, tables.client, meter):
                _publish(published, f"{size} briefs, {what}", usage, cpu)
            meter.close()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        published.figure(f"{size} briefs, peak memory of the process, with the tables in it", peak, "MiB")
    return published


def _sized(
    size: int, written: RunState, client: DynamoDBClient, meter: DynamoMeter
) -> Iterator[tuple[str, Usage, float]]:
    store, personas = DynamoEvaluations(client, "personas", "outbox"), DynamoPersonaStore(client, "personas", "outbox")
    evaluation = evaluation_of(size)
    briefs = [BriefItem(id=f"brief-{place}", text=f"A baker, {place}, in Cork") for place in range(size)]
    run = run_of(evaluation)
    began = time.process_time()
    with meter.during() as usage:
        store.add(evaluation, run, briefs)
    yield "stored", usage, time.process_time() - began
    began = time.process_time()
    with meter.during() as usage:
        store.brief(evaluation.workspace_id, evaluation.id, size - 1)
    yield "a cell reads its brief", usage, time.process_time() - began
    _fill(evaluation, briefs, written, Table(client, "personas"))
    began = time.process_time()
    with meter.during() as usage:
        store.pair_done(evaluation, size - 1)
    yield "a pair is noted as judged", usage, time.process_time() - began
    log = RunLog(DynamoEventStore(client, "run-events", evaluation.workspace_id, run.id), run.id, None, 0, lambda: _AT)
    budget = DynamoBudget(client, "personas", evaluation.workspace_id, evaluation.id)
    began = time.process_time()
    with meter.during() as usage:
        conclude(evaluation, ConclusionContext(store, personas, budget, log, lambda: _AT))
    yield "concluded", usage, time.process_time() - began
    report = store.report(evaluation.workspace_id, evaluation.id)
    if report is None or report.pairs != size:
        raise AssertionError(f"{size} pairs were stored")
    item = Table(client, "personas").get(key(evaluation_pk(evaluation.workspace_id, evaluation.id), REPORT))
    stored = 0 if item is None else len(item["doc"]["B"])
    print(
        f"{size} briefs: report {len(report.model_dump_json()) / 1024:.0f} KB, stored {stored / 1024:.0f} KB",
        flush=True,
    )


def _fill(evaluation: Evaluation, briefs: list[BriefItem], written: RunState, table: Table) -> None:
    """Stores what all cells came to."""
    table.put_many(
        item
        for number, brief in enumerate(briefs)
        for side in SIDES
        for item in cell_items(evaluation, number, brief, side, written)
    )
    table.put_many(judgement_items(evaluation, written))


def judgement_items(evaluation: Evaluation, written: RunState) -> Iterator[dict[str, Any]]:
    """The stored judgements of all pairs."""
    pk = evaluation_pk(evaluation.workspace_id, evaluation.id)
    scores = written.audit.scores if written.audit is not None else None
    judged = Judgement(
        overall=4.0, scores=scores, judge="offline:composer-1", rubric_version="r", calls=(CALL,)
    ).model_dump_json()
    preferred = PairJudgement(prefers="first", judge="offline:composer-1", calls=(CALL,)).model_dump_json()
    judged_item, preferred_item = packed(judged), packed(preferred)
    for number in range(evaluation.briefs):
        for side in SIDES:
            yield {**key(pk, f"JUDGEMENT#{judgement_key(number, side, 0)}"), "doc": judged_item}
            yield {**key(pk, f"JUDGEMENT#{preference_key(number, side)}"), "doc": preferred_item}


def cell_items(
    evaluation: Evaluation, number: int, brief: BriefItem, side: Side, written: RunState
) -> list[dict[str, Any]]:
    """The stored run and persona of a cell."""
    start = cell_run(evaluation, brief, number, side, _AT)
    draft = written.draft
    layers = {"soul": draft.soul, "self_": draft.self_, "mask": draft.mask, "surface": draft.surface}
    persona = start.persona.model_copy(update={**layers, "status": PersonaStatus.ACTIVE, "audit": written.audit})
    run = start.run.model_copy(update={"status": RunStatus.COMPLETED, "completed_at": _AT + timedelta(seconds=40)})
    where = persona_key(evaluation.workspace_id, persona.id)
    return [record_item(run, 1, written.basis()), {**where, "doc": {"S": persona.model_dump_json()}}]


def evaluation_of(size: int, scenarios: tuple[str, ...] = ()) -> Evaluation:
    """A running evaluation of so many briefs, whose personas answer scenarios."""
    config = EngineConfig()
    a, b = (Arm(side=side, label=side, config=config, config_hash=config.hash(), method="six_steps") for side in SIDES)
    return Evaluation(
        id=_EVALUATION,
        workspace_id="ws_x",
        run_id=_RUN,
        a=a,
        b=b,
        judge=config.pipeline.audit,
        briefs=size,
        scenarios=scenarios,
        margin=0.2,
        max_usd=100.0,
        created_at=_AT,
    )


def _publish(published: Report, what: str, usage: Usage, cpu: float) -> None:
    published.figure(f"{what}: requests", usage.requests.total(), "")
    published.figure(f"{what}: units read", usage.read_units, "")
    published.figure(f"{what}: units written", usage.write_units, "")
    published.figure(f"{what}: CPU", cpu, "s")


if __name__ == "__main__":
    measure(tuple(map(int, sys.argv[1:])) or SIZES).publish()
