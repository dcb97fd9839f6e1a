"""A generation that was stored without an execution is started with the input that the API would have given."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.pipeline.new_run import NewRun, log_start, new_run
from fourfold.progress.events import StepStarted
from fourfold.progress.log import RunLog
from fourfold.progress.run import RunKind
from fourfold.steps import StepName
from fourfold.storage.personas.store import DynamoPersonaStore
from fourfold.storage.progress.events import DynamoEventStore
from infra.local.bridges.resumed_starts import Starter
from tests.tables import Tables, tables_in_moto

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def _tables() -> Iterator[Tables]:
    with tables_in_moto({"personas": "S", "run-events": "N", "outbox": None}) as tables:
        yield tables


class Bench:
    """Stored runs, and what is started of them."""

    def __init__(self, tables: Tables) -> None:
        tables.put_back()
        self.client = tables.client
        self.started: dict[str, str] = {}
        self.starter = Starter(self.client, "personas", "run-events", self.started.__setitem__)

    def stored(self, **persona: object) -> NewRun:
        made = new_run("A lighthouse keeper", "ws_local", RunSettings(EngineConfig()), NOW)
        kept = made.persona.model_copy(update=persona)
        DynamoPersonaStore(self.client, "personas", "outbox").start(kept, made.run)
        return made

    def events(self, run: NewRun) -> DynamoEventStore:
        return DynamoEventStore(self.client, "run-events", "ws_local", run.run.id)

    def log(self, run: NewRun) -> RunLog:
        return RunLog(self.events(run), run.run.id, run.run.persona_id, 0, lambda: NOW)


@pytest.fixture
def bench(_tables: Tables) -> Bench:
    return Bench(_tables)


def _documents(*runs: NewRun) -> list[str]:
    return [run.run.model_dump_json() for run in runs]


@pytest.mark.parametrize("is_logged", [False, True])
def test_its_input_is_the_one_of_the_api_and_its_log_begins_once(bench: Bench, is_logged: bool) -> None:
    run = bench.stored()
    if is_logged:
        log_start(bench.log(run))
    assert bench.starter.resume(_documents(run), []) == [run.run.id]
    assert bench.started == {run.run.id: run.execution_input()}
    assert [entry.event.type for entry in bench.events(run).entries()] == ["run.started"]


def test_what_is_at_work_or_cannot_be_rebuilt_is_left(bench: Bench) -> None:
    executing, worked_on = bench.stored(), bench.stored()
    forked = bench.stored(parent_id=executing.persona.id)
    log_start(bench.log(worked_on))
    bench.log(worked_on).append(StepStarted(step=StepName.INTENT_PARSE, attempt=1))
    deleted = new_run("Gone", "ws_local", RunSettings(EngineConfig()), NOW)
    job = executing.run.model_copy(update={"kind": RunKind.FINGERPRINT, "config": None}).model_dump_json()
    cell = executing.run.model_copy(update={"id": "run_cell", "evaluation_id": "evl_1"}).model_dump_json()
    documents = [*_documents(executing, worked_on, forked, deleted), job, cell, '{"id": "evl_1"}']
    assert bench.starter.resume(documents, {executing.run.id}) == []
    assert bench.started == {}
