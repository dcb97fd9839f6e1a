"""Bridge: a distributed Map whose expressions are JSONata, here that of an evaluation's own definition."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ministack.services import stepfunctions

from fourfold.evaluation.record import PAIRS_AT_ONCE
from infra.constructs.evaluation_definition import evaluation_definition
from infra.local.bridges.store.database import Database
from infra.local.bridges.store.workflow import install_stored_executions
from tests.unit.local.store.engines import copy_of

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:evaluations"
DEFINITION = evaluation_definition(
    functions={name: name for name in ("evaluation_start", "evaluation_judge", "evaluation_conclude")},
    pipeline="personas",
)
_WAIT_S = 20.0
Answer = Callable[[dict[str, Any]], Any]


@dataclass
class Evaluations:
    """Executions of an evaluation's definition by MiniStack; its functions and the pipeline are the test's."""

    database: Database
    generate: Answer = lambda _arguments: {"Output": "{}"}
    judge: Answer = lambda _payload: {}
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    module: Any = None

    def __post_init__(self) -> None:
        self.module = copy_of(stepfunctions)
        self.module._SFN_WAIT_SCALE = 0  # noqa: SLF001 - retries at once
        install_stored_executions(self.database, self.module)
        self.module._invoke_resource = self._invoke  # noqa: SLF001
        self.module._emit_execution_status_event = lambda _execution: None  # noqa: SLF001
        machine = {"name": "evaluations", "definition": json.dumps(DEFINITION), "roleArn": ""}
        self.module._state_machines[MACHINE] = machine  # noqa: SLF001

    def run(self, briefs: int) -> dict[str, Any]:
        """Executes an evaluation to its end; returns what `evaluation_conclude` was given."""
        given = {"workspace_id": "ws_one", "evaluation_id": "evl_x", "briefs": briefs, "slots": 7}
        ended = threading.Event()
        self.module._emit_execution_status_event = (  # noqa: SLF001
            lambda execution: ended.set() if execution["status"] != "RUNNING" else None
        )
        request = {"stateMachineArn": MACHINE, "name": "run", "input": json.dumps(given)}
        assert self.module._start_execution(request)[0] == 200  # noqa: SLF001
        assert ended.wait(_WAIT_S), "it is still running"
        (concluded,) = self.payloads("evaluation_conclude")
        return concluded

    def payloads(self, name: str) -> list[dict[str, Any]]:
        return [payload for called, payload in self.calls if called == name]

    def _invoke(self, resource: str, arguments: dict[str, Any], *_rest: object) -> Any:
        if "startExecution" in resource:
            self.calls.append(("generate", arguments))
            return self.generate(arguments)
        name, payload = arguments["FunctionName"], arguments["Payload"]
        self.calls.append((name, payload))
        if name == "evaluation_start":
            run = f"run_{payload['brief']}{payload['side']}"
            return {"Payload": {"started": True, "run_id": run, "input": {}}}
        return {"Payload": self.judge(payload) if name == "evaluation_judge" else {}}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "engine.sqlite3")
    yield made
    made.close()


def test_each_pair_gets_what_the_parent_was_given(database: Database) -> None:
    evaluations = Evaluations(database)
    assert evaluations.run(3) == {"workspace_id": "ws_one", "evaluation_id": "evl_x"}
    cells = {(one["brief"], one["side"]) for one in evaluations.payloads("evaluation_start")}
    assert cells == {(brief, side) for brief in range(3) for side in "ab"}
    assert all(one["slots"] == 7 for one in evaluations.payloads("evaluation_start"))
    judged = sorted(evaluations.payloads("evaluation_judge"), key=lambda one: one["brief"])
    assert judged == [{"workspace_id": "ws_one", "evaluation_id": "evl_x", "brief": brief} for brief in range(3)]


def test_no_more_pairs_are_made_at_once_than_the_definition_says(database: Database) -> None:
    lock, now, most = threading.Lock(), [0], [0]
    full = threading.Barrier(PAIRS_AT_ONCE)

    def judge(_payload: dict[str, Any]) -> dict[str, Any]:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        full.wait(_WAIT_S)  # as many as that are judged at the same time
        with lock:
            now[0] -= 1
        return {}

    Evaluations(database, judge=judge).run(2 * PAIRS_AT_ONCE)
    assert most == [PAIRS_AT_ONCE]


def test_a_throttled_start_is_tried_again_and_a_failed_run_is_not(database: Database) -> None:
    evaluations = Evaluations(database)
    refusals = {"run_0a": ["StepFunctions.ExecutionLimitExceeded", "StepFunctions.ThrottlingException"]}
    evaluations.generate = _refusing(evaluations.module, refusals | {"run_1b": ["States.TaskFailed"]})
    assert evaluations.run(2) == {"workspace_id": "ws_one", "evaluation_id": "evl_x"}
    started = [one["Name"] for one in evaluations.payloads("generate")]
    assert {name: started.count(name) for name in started} == {"run_0a": 3, "run_0b": 1, "run_1a": 1, "run_1b": 1}
    assert len(evaluations.payloads("evaluation_judge")) == 2


@pytest.mark.parametrize(
    ("failing", "failed"), [(2, None), (3, "States.ExceedToleratedFailureThreshold")], ids=["tolerated", "too many"]
)
def test_pairs_that_fail_are_left_out_until_they_are_too_many(
    database: Database, failing: int, failed: str | None
) -> None:
    evaluations = Evaluations(database)

    def judge(payload: dict[str, Any]) -> dict[str, Any]:
        if payload["brief"] < failing:
            raise evaluations.module._ExecutionError("LookupError", "")  # noqa: SLF001
        return {}

    evaluations.judge = judge
    assert evaluations.run(20).get("failed") == failed
    if failed is None:
        assert len(evaluations.payloads("evaluation_judge")) == 20


def _refusing(module: Any, refusals: dict[str, list[str]]) -> Answer:
    def generate(arguments: dict[str, Any]) -> Any:
        waiting = refusals.get(arguments["Name"])
        if waiting:
            raise module._ExecutionError(waiting.pop(0), "")  # noqa: SLF001
        return {"Output": "{}"}

    return generate
