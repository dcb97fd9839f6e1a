"""Every sample of a function's input goes through that function's handler."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from fourfold.pipeline.state import RunState
from fourfold.progress.run import RunKind
from fourfold.storage.client import dynamodb
from functions import wiring
from tests.invocation import Invocation
from tests.unit.functions.conftest import SAMPLES, load

FUNCTIONS = Path(__file__).parents[3] / "functions"
STEPS = (
    "intent_parse",
    "soul_draft",
    "self_enrich",
    "mask_build",
    "surface_ground",
    "audit",
    "confirm_audit",
    "single_call",
)


def samples(*functions: str) -> list[Any]:
    return [
        pytest.param(name, path, id=f"{name}/{path.stem}")
        for name in functions
        for path in sorted((SAMPLES / name).glob("*.json"))
        if path.stem != "alone"
    ]


def call(function: str, event: dict[str, Any]) -> Any:
    return importlib.import_module(f"functions.{function}.handler").handler(event, Invocation())


def stored_events() -> set[str]:
    """Detail types of the events that wait for the bus."""
    items = dynamodb().scan(TableName="outbox")["Items"]
    return {json.loads(item["entry"]["S"])["DetailType"] for item in items}


def test_every_function_has_a_sample() -> None:
    with_samples = {folder.name for folder in SAMPLES.iterdir() if any(folder.glob("*.json"))}
    assert with_samples == {handler.parent.name for handler in FUNCTIONS.glob("*/handler.py")} | {"api"}


@pytest.mark.parametrize(("function", "path"), samples(*STEPS))
def test_a_step_answers_with_the_next_state(world: RunState, function: str, path: Path) -> None:
    before = load(path)
    after = RunState.model_validate(call(function, before))
    assert after.run_id == world.run_id
    assert after.log_seq > before["log_seq"] or before["log_seq"] > 1
    logged = list(wiring.event_store(world.workspace_id, world.run_id).entries(after=1))
    assert {"step.started", "step.completed"} <= {entry.event.type for entry in logged}
    if function == "audit":
        assert after.audit is not None
    if function == "confirm_audit":
        assert after.audit is not None
        assert after.audit.first_score == before["audit"]["first_score"]
        assert after.audit.confirmed_score == after.audit.overall


def test_a_brief_is_read_without_a_run(world: RunState) -> None:
    outcome = call("intent_parse", load(SAMPLES / "intent_parse" / "alone.json"))
    ages = [fact for fact in outcome["brief"]["facts"] if fact["field"] == "surface.age"]
    assert [(age["value"], age["span"]) for age in ages] == [("34", {"start": 15, "end": 17})]
    assert [(made["provider"], made["failure"]) for made in outcome["calls"]] == [("offline", None)]
    logged = list(wiring.event_store(world.workspace_id, world.run_id).entries())
    assert [entry.event.type for entry in logged] == ["run.started"]


@pytest.mark.parametrize(("function", "path"), samples("store_persona"))
def test_the_shipped_attempt_is_stored(world: RunState, function: str, path: Path) -> None:
    assert call(function, load(path)) == {}
    persona = wiring.persona_store().persona(world.workspace_id, world.persona_id)
    assert persona is not None
    assert persona.status == path.stem
    assert persona.soul is not None
    announced = {"active": "persona.created", "flagged": "persona.flagged"}[path.stem]
    assert stored_events() == {"generation.run.completed", announced}


@pytest.mark.parametrize(("function", "path"), samples("fail_run"))
def test_a_caught_error_ends_the_run(world: RunState, function: str, path: Path) -> None:
    assert call(function, load(path)) == {}
    run = wiring.persona_store().run(world.workspace_id, world.run_id)
    assert run is not None
    assert run.error is not None
    assert run.error.code == {"model_refused": "model_refused", "timed_out": "run_timed_out"}[path.stem]
    assert stored_events() == {"generation.run.failed"}


@pytest.mark.parametrize(("function", "path"), samples("execution_ended"))
def test_an_execution_that_ended_badly_ends_its_run(world: RunState, function: str, path: Path) -> None:
    assert call(function, load(path)) == {"batchItemFailures": []}
    run = wiring.persona_store().run(world.workspace_id, world.run_id)
    assert run is not None
    assert run.error is not None
    assert run.error.code == "run_interrupted"
    types = [entry.event.type for entry in wiring.event_store(world.workspace_id, world.run_id).entries()]
    assert types == ["run.started", "pipeline.failed"]
    assert stored_events() == {"generation.run.failed"}


def test_a_record_that_cannot_be_read_comes_again_alone(world: RunState) -> None:
    good = load(SAMPLES / "execution_ended" / "aborted.json")["Records"][0]
    bad = {**good, "messageId": "bad", "body": "{}"}
    answer = call("execution_ended", {"Records": [bad, good]})
    assert answer == {"batchItemFailures": [{"itemIdentifier": "bad"}]}
    run = wiring.persona_store().run(world.workspace_id, world.run_id)
    assert run is not None
    assert run.status == "failed"


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("function", "path"), samples("evaluation_start", "evaluation_judge", "evaluation_conclude"))
def test_of_an_evaluation_that_was_deleted_nothing_is_done(function: str, path: Path) -> None:
    assert call(function, load(path)) == ({"started": False} if function == "evaluation_start" else {})
    assert stored_events() == set()


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(("function", "path"), samples("evaluation_expiry"))
def test_an_hour_without_an_old_evaluation_deletes_nothing(function: str, path: Path) -> None:
    assert call(function, load(path)) == {"deleted": 0}
    assert stored_events() == set()


@pytest.mark.parametrize(("function", "path"), samples("fingerprint", "provocation"))
def test_a_job_for_a_persona_that_cannot_speak_yet_is_dropped(world: RunState, function: str, path: Path) -> None:
    assert call(function, load(path)) == {"batchItemFailures": []}
    assert wiring.job_store().state(world.workspace_id, world.persona_id, RunKind(function)) is None
