"""What is there again after a stop, and after a kill."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.pipeline.new_run import NewRun, new_run
from fourfold.progress.run import RunStatus
from fourfold.storage.personas.store import DynamoPersonaStore
from infra.local.bridges.periodic_save import INTERVAL_SECONDS
from infra.local.home import AlreadyRunningError
from tests.integration.local_server import LocalServer, eventually

LOST_AT_MOST_SECONDS = 5.0


@pytest.fixture(scope="module")
def home(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path_factory.mktemp("restarted"))
    server.borrow_assembly(stack)
    server.start()
    yield server
    server.kill()


def _store(server: LocalServer) -> DynamoPersonaStore:
    outputs = server.outputs()
    return DynamoPersonaStore(server.aws("dynamodb"), outputs["PersonasTableName"], outputs["OutboxTableName"])


def _running_run(server: LocalServer) -> NewRun:
    """A run that the table says is running and no execution works for, as when it was cut off."""
    beginning = new_run("A lighthouse keeper", "ws_local", RunSettings(EngineConfig()), datetime.now(UTC))
    _store(server).start(beginning.persona, beginning.run)
    return beginning


def _failed_with(server: LocalServer, run_id: str) -> str:
    """The problem code of the run once it is failed."""

    def failed() -> str | None:
        run = _store(server).run("ws_local", run_id)
        assert run is not None
        return run.error.code if run.status is RunStatus.FAILED and run.error else None

    return str(eventually(failed))


def test_a_second_server_on_the_same_home_is_refused(home: LocalServer) -> None:
    with pytest.raises(AlreadyRunningError) as refused, home.home.locked():
        pass
    assert refused.value.server == home.server


def test_a_clean_stop_leaves_nothing_running_and_loses_nothing(home: LocalServer) -> None:
    cut_off = _running_run(home)
    synthesized = {path.name: path.stat().st_mtime_ns for path in home.home.assemblies.iterdir()}
    key = home.api_key

    assert home.stop() == 0, home.said()
    assert home.children() == []
    assert not home.home.scratch.exists()
    assert not home.home.server_file.exists()

    seconds = home.start()

    assert seconds < 15  # the figure itself is in benchmarks/; here only that nothing was made again
    assert "Synthesize" not in home.said()
    assert "Deploy" not in home.said()
    assert {path.name: path.stat().st_mtime_ns for path in home.home.assemblies.iterdir()} == synthesized
    assert home.api_key == key
    assert home.call("GET", f"/v1/personas/{cut_off.persona.id}").json()["id"] == cut_off.persona.id


def test_after_a_kill_older_data_is_there_and_cut_off_runs_are_failed(home: LocalServer) -> None:
    started = _running_run(home)
    states = home.aws("stepfunctions")
    waiting = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
    role = states.describe_state_machine(stateMachineArn=home.outputs()["StateMachineArn"])["roleArn"]
    machine = states.create_state_machine(name="waiting", definition=json.dumps(waiting), roleArn=role)[
        "stateMachineArn"
    ]
    execution = states.start_execution(stateMachineArn=machine, name="cut-off", input="{}")["executionArn"]
    queue = _queue_of_failures(home, machine)
    time.sleep(LOST_AT_MOST_SECONDS)

    home.kill()
    home.start()

    assert home.call("GET", f"/v1/personas/{started.persona.id}").status_code == 200
    # Known to the table only, as when the kill came before the execution was saved.
    assert _failed_with(home, started.run.id) == "run_interrupted"
    # Known to the engine, which says FAILED and tells nobody: the bridge publishes it.
    assert home.aws("stepfunctions").describe_execution(executionArn=execution)["status"] == "FAILED"
    sqs = home.aws("sqs")
    message = eventually(lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))[0]
    detail = json.loads(message["Body"])["detail"]
    assert (detail["name"], detail["status"], detail["error"]) == ("cut-off", "FAILED", "States.ServiceRestart")


def _queue_of_failures(home: LocalServer, machine: str) -> str:
    sqs, events = home.aws("sqs"), home.aws("events")
    url: str = sqs.create_queue(QueueName="failures")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [machine], "status": ["FAILED"]}}
    events.put_rule(Name="failures", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="failures", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def test_a_save_comes_often_enough_for_the_promise() -> None:
    assert 2 * INTERVAL_SECONDS < LOST_AT_MOST_SECONDS


@pytest.mark.parametrize("damage", ["cut off", "removed"])
def test_a_state_that_cannot_be_loaded_is_neither_served_nor_overwritten(home: LocalServer, damage: str) -> None:
    made = home.call("POST", "/v1/personas", body={"intent": "A harbour pilot"}).json()
    assert home.stop() == 0
    file = home.home.engine_state / "dynamodb.json"
    good = file.read_bytes()
    file.unlink() if damage == "removed" else file.write_bytes(good[: len(good) // 2])
    with pytest.raises(AssertionError, match="did not start"):
        home.start()
    told = "".join(home.said().split())  # a terminal breaks lines anywhere
    assert f"Thesavedstate{file}cannotbeloaded" in told
    assert "Traceback" not in home.said()
    assert (file.read_bytes() if file.exists() else b"") == (b"" if damage == "removed" else good[: len(good) // 2])
    file.write_bytes(good)
    home.start()
    assert home.call("GET", f"/v1/personas/{made['id']}").json()["id"] == made["id"]
