"""Bridge: an execution goes on after a stop with the state it was in."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from ministack.services import stepfunctions

from infra.local.bridges.store.database import Database
from infra.local.bridges.store.workflow import Workflow, install_stored_executions
from tests.unit.local.store.engines import copy_of

MACHINE = "arn:aws:states:us-east-1:000000000000:stateMachine:steps"
DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "First",
    "States": {
        "First": {
            "Type": "Task",
            "Resource": "first",
            "Assign": {"kept": "{% $states.result %}"},
            "Output": {"first": "{% $states.result %}"},
            "Next": "Second",
        },
        "Second": {
            "Type": "Task",
            "Resource": "second",
            "Output": "{% $merge([$states.input, {'second': $states.result, 'kept': $kept}]) %}",
            "Catch": [{"ErrorEquals": ["Refused"], "Next": "Ended"}],
            "Next": "Which",
        },
        "Which": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.second = 2 %}", "Next": "Done"}],
            "Default": "Ended",
        },
        "Done": {"Type": "Succeed"},
        "Ended": {"Type": "Fail", "Error": "Ended", "Cause": "as told"},
    },
}


class Engine:
    """MiniStack's Step Functions on a database; `tasks` are its resources."""

    def __init__(self, database: Database, tasks: dict[str, Callable[[], Any]]) -> None:
        self.module = copy_of(stepfunctions)
        self.calls: list[str] = []
        self.announced: list[tuple[str, str]] = []

        def invoke(resource: str, _input: Any) -> Any:
            self.calls.append(resource)
            return tasks[resource]()

        self.module._invoke_resource = invoke  # noqa: SLF001
        self.module._emit_execution_status_event = self._announce  # noqa: SLF001
        self.module._state_machines[MACHINE] = {  # noqa: SLF001
            "name": "steps",
            "definition": json.dumps(DEFINITION),
            "roleArn": "",
        }
        self.workflow: Workflow = install_stored_executions(database, self.module)

    def start(self, name: str) -> str:
        status, _, body = self.module._start_execution(  # noqa: SLF001
            {"stateMachineArn": MACHINE, "name": name, "input": '{"given": 1}'}
        )
        assert status == 200, body
        return str(json.loads(body)["executionArn"])

    def ended(self, arn: str) -> dict[str, Any]:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            execution: dict[str, Any] = self.module._executions[arn]  # noqa: SLF001
            if execution["status"] != "RUNNING":
                return execution
            time.sleep(0.01)
        raise AssertionError("it is still running")

    def _announce(self, execution: dict[str, Any]) -> None:
        self.announced.append((execution["name"], execution["status"]))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "engine.sqlite3")
    yield made
    made.close()


def test_states_follow_one_another_and_the_end_is_announced(database: Database) -> None:
    engine = Engine(database, {"first": lambda: 1, "second": lambda: 2})
    execution = engine.ended(engine.start("run"))
    assert (execution["status"], json.loads(execution["output"])) == ("SUCCEEDED", {"first": 1, "second": 2, "kept": 1})
    assert engine.announced == [("run", "RUNNING"), ("run", "SUCCEEDED")]
    assert [event["type"] for event in execution["events"]][-1] == "ExecutionSucceeded"


def test_an_end_is_announced_to_those_who_wait_once_it_is_stored(database: Database) -> None:
    engine = Engine(database, {"first": lambda: 1, "second": lambda: 2})
    ended: list[tuple[str, str]] = []

    def note(name: str) -> None:
        ended.extend((name, status) for (status,) in database.rows("SELECT status FROM executions"))

    engine.workflow.on_end = note
    engine.ended(engine.start("run"))
    with database.unit():  # the end is one, with what follows it
        assert ended == [("run", "SUCCEEDED")]


def test_after_a_stop_the_state_that_was_cut_off_is_executed_again_and_none_before_it(database: Database) -> None:
    reached, never = threading.Event(), threading.Event()

    def hang() -> None:
        reached.set()
        never.wait(20)

    engine = Engine(database, {"first": lambda: 7, "second": hang})
    arn = engine.start("run")
    assert reached.wait(20)
    engine.workflow.hold()
    never.set()

    again = Engine(database, {"first": lambda: 0, "second": lambda: 2})
    again.workflow.load()
    assert again.workflow.resume() == ["run"]
    assert json.loads(again.ended(arn)["output"]) == {"first": 7, "second": 2, "kept": 7}
    assert again.calls == ["second"]
    assert again.announced == [("run", "SUCCEEDED")]

    third = Engine(database, {})
    third.workflow.load()
    assert third.workflow.resume() == []
    assert third.ended(arn)["status"] == "SUCCEEDED"


def test_a_failure_ends_the_execution_and_is_announced_once(database: Database) -> None:
    engine = Engine(database, {"first": lambda: 1, "second": lambda: 3})
    execution = engine.ended(engine.start("run"))
    assert (execution["status"], execution["error"], execution["cause"]) == ("FAILED", "Ended", "as told")
    assert engine.announced == [("run", "RUNNING"), ("run", "FAILED")]
    again = Engine(database, {})
    again.workflow.load()
    assert again.module._executions[execution["executionArn"]]["error"] == "Ended"  # noqa: SLF001


def test_an_execution_waits_while_its_state_cannot_be_stored(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.local.bridges.store.workflow._RETRY_SECONDS", 0.05)
    large = "x" * 200_000
    engine = Engine(database, {"first": lambda: large, "second": lambda: 2})
    pages = database.row("PRAGMA page_count")
    assert pages is not None
    database.rows(f"PRAGMA max_page_count = {pages[0] + 4}")
    arn = engine.start("run")
    until = time.monotonic() + 20
    while database.failure is None and time.monotonic() < until:
        time.sleep(0.01)
    assert engine.module._executions[arn]["status"] == "RUNNING"  # noqa: SLF001
    database.rows("PRAGMA max_page_count = 1000000")
    assert engine.ended(arn)["status"] == "SUCCEEDED"
    assert engine.calls == ["first", "second"]


PARENT = "arn:aws:states:us-east-1:000000000000:stateMachine:parent"
PARENT_DEFINITION = {
    "QueryLanguage": "JSONata",
    "StartAt": "Both",
    "States": {
        "Both": {
            "Type": "Map",
            "Items": ["one", "two"],
            "MaxConcurrency": 1,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": "Child",
                "States": {
                    "Child": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::states:startExecution.sync:2",
                        "Arguments": {
                            "StateMachineArn": MACHINE,
                            "Name": "{% $states.context.Map.Item.Value %}",
                            "Input": {"given": 1},
                        },
                        "Output": "{% $parse($states.result.Output).second %}",
                        "End": True,
                    }
                },
            },
            "End": True,
        }
    },
}


class NestingEngine(Engine):
    """An engine with a machine that starts executions of the other one and waits for each."""

    def __init__(self, database: Database, tasks: dict[str, Callable[[], Any]]) -> None:
        super().__init__(database, tasks)
        invoke = self.module._invoke_resource  # noqa: SLF001

        def nested(resource: str, arguments: Any) -> Any:
            if resource.startswith("arn:aws:states:::states:startExecution.sync"):
                return self.module._invoke_nested_start_execution_sync(resource, arguments)  # noqa: SLF001
            return invoke(resource, arguments)

        self.module._invoke_resource = nested  # noqa: SLF001
        self.module._state_machines[PARENT] = {  # noqa: SLF001
            "name": "parent",
            "definition": json.dumps(PARENT_DEFINITION),
            "roleArn": "",
        }

    def start_parent(self) -> str:
        _, _, body = self.module._start_execution({"stateMachineArn": PARENT, "name": "all", "input": "{}"})  # noqa: SLF001
        return str(json.loads(body)["executionArn"])


def test_after_a_stop_a_parent_waits_for_the_executions_that_it_had_started(database: Database) -> None:
    reached, never = threading.Event(), threading.Event()
    asked = count()

    def second() -> int:
        if next(asked) == 1:
            reached.set()
            never.wait(20)
        return 2

    engine = NestingEngine(database, {"first": lambda: 1, "second": second})
    arn = engine.start_parent()
    assert reached.wait(20)  # the first child has ended, the second is in its second state
    engine.workflow.hold()
    never.set()

    again = NestingEngine(database, {"first": lambda: 1, "second": lambda: 2})
    again.workflow.load()
    assert sorted(again.workflow.resume()) == ["all", "two"]
    assert json.loads(again.ended(arn)["output"]) == [2, 2]
    assert again.calls == ["second"]
    assert ("all", "SUCCEEDED") in again.announced
