"""Evaluations that no execution works on: what was never started, what timed out, what is asked for twice at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from fourfold.evaluation import concluding
from fourfold.evaluation.record import StopReason
from fourfold.evaluation.staleness import MAX_DURATION
from fourfold.pipeline.staleness import MAX_SILENCE
from fourfold.progress.run import Run
from fourfold.storage.evaluations.budget import DynamoBudget
from fourfold.storage.evaluations.store import DynamoEvaluations
from fourfold.storage.runs.repository import DynamoRunRepository
from functions import clock
from functions import evaluation_ending as ending
from functions.api.evaluations import starting
from functions.api.runs import listing, polling
from functions.evaluation_start.handler import handler as start_cell
from functions.execution_ended.handler import handler as execution_ended
from tests.contract.api.conftest import FULL_KEY, Api
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.invocation import Invocation

BODY = {"b": {"method": "naive"}, "briefs": ["A shy founder, 34, in Istanbul", "A pilot, 67, in Cork"], "max_usd": 5}
SECOND = timedelta(seconds=1)


def _asked(api: Api, key: str = "once") -> Any:
    return api.call("POST", "/v1/evaluations", FULL_KEY, json=BODY, headers={"Idempotency-Key": key})


def _later(monkeypatch: pytest.MonkeyPatch, passed: timedelta) -> None:
    real = clock.now
    for module in (clock, ending, listing, polling):
        monkeypatch.setattr(module, "now", lambda: real() + passed)
    for module in (ending, polling):
        monkeypatch.setattr(module, "silence_now", lambda: real() + passed)


def _ended_badly(machine: EvaluationMachine, status: str) -> dict[str, Any]:
    """The message about the newest evaluation's execution, as EventBridge sends it."""
    given = machine.started[-1]
    name, content = given["name"], {key: value for key, value in given.items() if key != "name"}
    detail = {"name": name, "status": status, "input": json.dumps(content), "error": None, "cause": None}
    record = {"messageId": "one", "eventSource": "aws:sqs", "body": json.dumps({"detail": detail})}
    return {"Records": [record]}


def test_a_repeated_key_starts_what_was_never_started(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: str) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as crash:
        crash.setattr(starting, "start_execution", dies)
        assert _asked(api).status_code == 500
    [stored] = api.read("/v1/evaluations")["data"]
    assert (stored["status"], machine.started) == ("running", [])
    first, again = _asked(api), _asked(api)
    assert first.json() == again.json()
    assert (first.json()["evaluation_id"], len(machine.started)) == (stored["id"], 1)
    assert len(api.read("/v1/evaluations")["data"]) == 1


@pytest.mark.parametrize("read", ["/v1/evaluations/{id}", "/v1/evaluations", "/v1/runs/{run}", "/v1/runs"])
@pytest.mark.usefixtures("machine")
def test_one_that_was_never_started_has_failed_for_its_readers(
    api: Api, monkeypatch: pytest.MonkeyPatch, read: str
) -> None:
    made = _asked(api).json()
    path, run = f"/v1/evaluations/{made['evaluation_id']}", f"/v1/runs/{made['run_id']}"
    assert api.read(path)["status"] == "running"
    with monkeypatch.context() as clocks:
        _later(clocks, MAX_SILENCE + SECOND)
        assert api.call("GET", read.format(id=made["evaluation_id"], run=made["run_id"]), FULL_KEY).status_code == 200
    found = api.read(path)
    assert (found["status"], found["error"]["code"]) == ("failed", "evaluation_failed")
    assert found["report"]["verdict"] == "inconclusive"
    assert api.read(run)["error"]["code"] == "evaluation_failed"
    assert api.read(f"{run}/events/list")["data"][-1]["type"] == "job.failed"
    assert api.call("DELETE", path, FULL_KEY).status_code == 204


def test_one_that_works_in_silence_is_lost_after_its_timeout(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _asked(api).headers["location"]
    machine.execute(pairs=1)
    with monkeypatch.context() as clocks:
        _later(clocks, MAX_SILENCE + timedelta(hours=1))
        assert api.read(path)["status"] == "running"
    _later(monkeypatch, MAX_SILENCE + MAX_DURATION + timedelta(minutes=1))
    found = api.read(path)
    assert (found["status"], found["report"]["pairs"]) == ("failed", 1)


@pytest.mark.parametrize("cancel", ["/v1/evaluations/{id}/cancel", "/v1/runs/{run}/cancel"])
def test_one_that_is_cancelled_before_it_begins_ends_at_once(api: Api, machine: EvaluationMachine, cancel: str) -> None:
    made = _asked(api).json()
    asked = api.call("POST", cancel.format(id=made["evaluation_id"], run=made["run_id"]), FULL_KEY)
    assert asked.is_success, asked.text
    path = f"/v1/evaluations/{made['evaluation_id']}"
    assert api.read(path)["status"] == "cancelled"
    machine.execute()  # its execution began all the same
    assert api.read(path)["report"]["pairs"] == 0
    assert api.read("/v1/personas", evaluation_id=made["evaluation_id"])["data"] == []
    assert _asked(api).json()["evaluation_id"] == made["evaluation_id"]
    assert len(machine.started) == 1


def test_a_stop_between_the_record_and_the_log_leaves_no_log_without_an_end(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _asked(api).headers["location"]

    def dies(_run: Run) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(concluding, "_last_event", dies)
        with pytest.raises(KeyboardInterrupt):
            machine.execute()
    found = api.read(path)
    assert found["status"] == "completed"
    machine.execute()  # the function is invoked again
    machine.execute()
    events = [event["type"] for event in api.read(f"/v1/runs/{found['run_id']}/events/list")["data"]]
    assert (events[-1], events.count("job.completed")) == ("job.completed", 1)
    assert api.read(path) == found


def test_an_execution_that_ended_badly_ends_its_evaluation(api: Api, machine: EvaluationMachine) -> None:
    path = _asked(api).headers["location"]
    machine.execute(pairs=1)
    for status in ("TIMED_OUT", "ABORTED"):  # the second message changes nothing
        assert execution_ended(_ended_badly(machine, status), Invocation()) == {"batchItemFailures": []}
    found = api.read(path)
    assert (found["status"], found["stopped"], found["error"]["code"]) == ("failed", "failed", "evaluation_failed")
    assert (found["report"]["pairs"], found["report"]["verdict"]) == (1, "inconclusive")
    machine.execute()
    assert api.read(path) == found


def test_an_evaluation_that_is_ended_twice_at_once_has_the_report_of_the_end_it_has(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _asked(api).headers["location"]
    machine.execute(pairs=2)
    stop, others = DynamoBudget.stop, list[Any]()

    def overtaken(budget: DynamoBudget, reason: StopReason) -> None:
        if not others:
            others.append(None)
            machine.execute()  # ends it as completed, after this end has read that it is running
        stop(budget, reason)

    monkeypatch.setattr(DynamoBudget, "stop", overtaken)
    execution_ended(_ended_badly(machine, "ABORTED"), Invocation())
    found = api.read(path)
    assert (found["status"], found["stopped"], found["report"]["stopped"]) == ("completed", None, None)


def test_the_end_of_an_evaluation_that_is_deleted_stores_nothing(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _asked(api).headers["location"]
    machine.execute(pairs=2)
    finish, others = DynamoEvaluations.finish, list[Any]()

    def overtaken(*given: Any) -> bool:
        if not others:
            others.append(None)
            machine.execute()
            assert api.call("DELETE", path, FULL_KEY).status_code == 204
        return finish(*given)

    monkeypatch.setattr(DynamoEvaluations, "finish", overtaken)
    execution_ended(_ended_badly(machine, "ABORTED"), Invocation())
    assert [item for item in api.stored("personas") if "EVALUATION" in item["pk"]["S"]] == []
    assert api.stored("run-events") == []


@pytest.mark.parametrize("deleted", [False, True])
def test_a_cell_that_starts_while_its_evaluation_ends_makes_nothing(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch, deleted: bool
) -> None:
    path = _asked(api).headers["location"]
    given = machine.started[-1]
    cell = {name: given[name] for name in ("workspace_id", "evaluation_id", "slots")} | {"brief": 1, "side": "b"}
    accept = DynamoRunRepository.accept

    def overtaken(*given: Any) -> bool:
        assert api.call("POST", f"{path}/cancel", FULL_KEY).json()["status"] == "cancelled"
        assert not deleted or api.call("DELETE", path, FULL_KEY).status_code == 204
        return accept(*given)

    monkeypatch.setattr(DynamoRunRepository, "accept", overtaken)
    assert start_cell(cell, None) == {"started": False}
    assert [item for item in api.stored("personas") if "#PERSONA#" in item["pk"]["S"]] == []


def test_a_cell_that_is_started_twice_at_once_is_one_run(
    api: Api, machine: EvaluationMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    _asked(api)
    given = machine.started[-1]
    cell = {name: given[name] for name in ("workspace_id", "evaluation_id", "slots")} | {"brief": 0, "side": "a"}
    accept, others = DynamoRunRepository.accept, list[dict[str, Any]]()

    def overtaken(*given: Any) -> bool:
        if not others:
            others.append({})
            others[0] = start_cell(cell, None)  # between this invocation's read and its write
        return accept(*given)

    monkeypatch.setattr(DynamoRunRepository, "accept", overtaken)
    assert start_cell(cell, None) == others[0]
    assert others[0]["started"] is True
    assert len(api.read("/v1/runs", evaluation_id=given["evaluation_id"])["data"]) == 1
