"""What the conclusion of an evaluation takes: requests, units, CPU and memory, up to the most briefs that are allowed.

The rows are written straight into a table in memory, so the figures are of the conclusion and of boto3, and not of an
emulator. Memory is the peak above what the process held before, its table included.

`python -m benchmarks.evaluation_conclusion [briefs ...]`, 100, 1,000 and 10,000 without any
"""

from __future__ import annotations

import random
import sys
import time
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.evaluation_size import CALL, cell_items, evaluation_of, judgement_items
from benchmarks.report import Report
from benchmarks.table_in_memory import TableInMemory, wire
from fourfold.config.variant import Variant
from fourfold.evaluation.asked_scenarios import asked_scenarios
from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.evaluation.concluding import ConclusionContext, conclude
from fourfold.evaluation.evaluation_run import run_of
from fourfold.evaluation.models import SIDES, BriefItem, EvaluationReport
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.replying import PersonaReply
from fourfold.evaluation.store import reply_key
from fourfold.pipeline.state import RunState
from fourfold.progress.log import RunLog
from fourfold.progress.run import Run
from fourfold.scenario_names import SCENARIO_NAMES
from fourfold.storage.documents import packed
from fourfold.storage.evaluations.budget import DynamoBudget
from fourfold.storage.evaluations.store import BRIEFS_OF_A_PAGE, DynamoEvaluations
from fourfold.storage.partitions import evaluation_pk, persona_pk, run_pk
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.progress.events import DynamoEventStore
from fourfold.storage.runs.records import record_item
from fourfold.storage.table import key
from tests.builders import written_offline

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

SIZES: Final = (100, 1000, 10_000)
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ANSWERS: Final = 200  # different replies


def measure(sizes: tuple[int, ...]) -> Report:
    """All figures, without and with replies to ten scenarios."""
    published = Report("evaluation_conclusion")
    ten = asked_scenarios(Variant(), Variant(name="every", texts=dict.fromkeys(SCENARIO_NAMES, "And now?")))
    # A process for each: memory that one frees would be free for the next.
    with get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for size in sizes:
            for scenarios in ((), ten):
                figures = pool.apply(_concluded, (size, scenarios))
                what = f"{size} briefs{', with replies to ten scenarios' if scenarios else ''}"
                for name, (value, unit) in figures.items():
                    published.figure(f"{what}: {name}", value, unit)
    return published


def _concluded(size: int, scenarios: tuple[str, ...]) -> dict[str, tuple[float, str]]:
    evaluation, table = evaluation_of(size, scenarios), TableInMemory()
    _fill(table, evaluation, written_offline("A shy founder, 34, in Istanbul"))
    client = table.client()
    run = run_of(evaluation)
    before = _resident_mb(peak=False)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is counted from here
    began = time.process_time()
    report = _conclude(evaluation, run, client)
    cpu = time.process_time() - began
    if report.pairs != evaluation.briefs or (evaluation.scenarios and report.measure("reply_separation") is None):
        raise AssertionError(f"{report.pairs} pairs of {evaluation.briefs}")
    return {
        "requests": (table.requests.total(), ""),
        "units read": (table.read_units, ""),
        "CPU": (cpu, "s"),
        "memory": (_resident_mb(peak=True) - before, "MiB"),
    }


class _Kept(DynamoEvaluations):
    """Keeps the report instead of storing it: the table forgets what is written."""

    made: EvaluationReport | None = None

    def finish(self, evaluation, run, report, entries, spent) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
        self.made = report
        return super().finish(evaluation, run, report, entries, spent)


def _conclude(evaluation: Evaluation, run: Run, client: DynamoDBClient) -> EvaluationReport:
    store, personas = _Kept(client, "personas", "outbox"), DynamoPersonaStore(client, "personas", "outbox")
    log = RunLog(DynamoEventStore(client, "run-events", evaluation.workspace_id, run.id), run.id, None, 0, lambda: _AT)
    budget = DynamoBudget(client, "personas", evaluation.workspace_id, evaluation.id)
    conclude(evaluation, ConclusionContext(store, personas, budget, log, lambda: _AT))
    if store.made is None:
        raise AssertionError("the evaluation was not concluded")
    return store.made


def _fill(table: TableInMemory, evaluation: Evaluation, written: RunState) -> None:
    ws, pk = evaluation.workspace_id, evaluation_pk(evaluation.workspace_id, evaluation.id)
    briefs = [BriefItem(id=f"brief-{place}", text=f"A baker, {place}, in Cork") for place in range(evaluation.briefs)]
    table.add(record_item(run_of(evaluation), 1))
    for page, first in enumerate(range(0, len(briefs), BRIEFS_OF_A_PAGE)):
        texts = ",".join(brief.model_dump_json() for brief in briefs[first : first + BRIEFS_OF_A_PAGE])
        table.add({**key(pk, f"BRIEFS#{page:04}"), "doc": packed(f"[{texts}]")})
    for side in SIDES:
        items = cell_items(evaluation, 0, briefs[0], side, written)
        texts_of_first = [wire(item) for item in items]
        first_ids = persona_id_of(evaluation.id, 0, side), run_id_of(evaluation.id, 0, side)
        for number in range(len(briefs)):
            ids = persona_id_of(evaluation.id, number, side), run_id_of(evaluation.id, number, side)
            places = (run_pk(ws, ids[1]), persona_pk(ws, ids[0]))
            for item, text, place in zip(items, texts_of_first, places, strict=True):
                own = text.replace(first_ids[0], ids[0]).replace(first_ids[1], ids[1])
                table.add({**item, "pk": {"S": place}}, own)
    for item in judgement_items(evaluation, written):
        table.add(item)
    rng = random.Random(1)  # noqa: S311 - a simulation
    replies = [packed(PersonaReply(reply=_words(rng), calls=(CALL,)).model_dump_json()) for _ in range(_ANSWERS)]
    for number in range(len(briefs)):
        for side in SIDES:
            for name in evaluation.scenarios:
                table.add({**key(pk, f"JUDGEMENT#{reply_key(number, side, name)}"), "doc": rng.choice(replies)})


def _words(rng: random.Random) -> str:
    return " ".join("".join(rng.choices("abdeghiklmnoprstuvy", k=5)) for _ in range(35))


def _resident_mb(*, peak: bool) -> float:
    name = "VmHWM" if peak else "VmRSS"
    line = next(each for each in Path("/proc/self/status").read_text(encoding="ascii").splitlines() if name in each)
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    measure(tuple(map(int, sys.argv[1:])) or SIZES).publish()
