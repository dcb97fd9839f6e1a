"""What is there again after a stop, and after a kill."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from fourfold.config.engine import EngineConfig, RunSettings
from fourfold.pipeline.new_run import NewRun, new_run
from fourfold.progress.run import Run, RunStatus
from fourfold.storage.personas.store import DynamoPersonaStore
from infra.local.bridges.periodic_save import INTERVAL_SECONDS
from infra.local.bridges.saved_state import copies
from infra.local.home import AlreadyRunningError
from tests.integration.local_server import LocalServer, eventually


@pytest.fixture(scope="module")
def home(stack: LocalServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    server = LocalServer(tmp_path_factory.mktemp("restarted"))
    server.borrow_assembly(stack)
    server.start()
    server.without_jobs()
    yield server
    server.kill()


def _store(server: LocalServer) -> DynamoPersonaStore:
    outputs = server.outputs()
    return DynamoPersonaStore(server.aws("dynamodb"), outputs["PersonasTableName"], outputs["OutboxTableName"])


def _run_without_execution(server: LocalServer) -> NewRun:
    """A run that the table says is running and no execution works for, as when the stop came before its start."""
    beginning = new_run("A lighthouse keeper", "ws_local", RunSettings(EngineConfig()), datetime.now(UTC))
    _store(server).start(beginning.persona, beginning.run)
    return beginning


def _machine(server: LocalServer, name: str, seconds: int) -> str:
    """A state machine that waits so long and says so."""
    states = server.aws("stepfunctions")
    definition = {
        "StartAt": "Wait",
        "States": {
            "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Say"},
            "Say": {"Type": "Pass", "Result": {"waited": seconds}, "End": True},
        },
    }
    role = states.describe_state_machine(stateMachineArn=server.outputs()["StateMachineArn"])["roleArn"]
    machine = states.create_state_machine(name=name, definition=json.dumps(definition), roleArn=role)
    return str(machine["stateMachineArn"])


def _when_saved(server: LocalServer, service: str, name: str) -> None:
    """Definitions, unlike data, are saved some seconds after they change."""

    def saved() -> bool:
        return name in (copies(server.home.engine_state)[0] / f"{service}.json").read_text()

    eventually(saved, 15 * INTERVAL_SECONDS)


def test_a_second_server_on_the_same_home_is_refused(home: LocalServer) -> None:
    with pytest.raises(AlreadyRunningError) as refused, home.home.locked():
        pass
    assert refused.value.server == home.server


@pytest.mark.deep(part="restarts")
def test_a_clean_stop_leaves_nothing_running_and_loses_nothing(home: LocalServer) -> None:
    cut_off = _run_without_execution(home)
    synthesized = {path.name: path.stat().st_mtime_ns for path in home.home.assemblies.iterdir()}
    key = home.api_key

    assert home.stop() == 0, home.said()
    assert home.children() == []
    assert not home.home.scratch.exists()
    assert not home.home.server_file.exists()

    home.start()

    assert "Synthesize" not in home.said()
    assert "Deploy" not in home.said()
    assert {path.name: path.stat().st_mtime_ns for path in home.home.assemblies.iterdir()} == synthesized
    assert home.api_key == key
    assert home.call("GET", f"/v1/personas/{cut_off.persona.id}").json()["id"] == cut_off.persona.id


def test_what_was_acknowledged_before_a_kill_is_completed_after_it(home: LocalServer) -> None:
    def create(number: int) -> str:
        reply = home.call(
            "POST",
            "/v1/personas",
            body={"intent": f"A harbour pilot, {30 + number}, in Trieste"},
            headers={"Prefer": "respond-async"},
        )
        assert reply.status_code == 202, reply.text
        return str(reply.json()["persona_id"])

    with ThreadPoolExecutor(6) as pool:
        personas = list(pool.map(create, range(6)))
    home.kill()
    home.start()

    def made() -> bool:
        statuses = [home.call("GET", f"/v1/personas/{persona}").json()["status"] for persona in personas]
        assert not {"failed"} & set(statuses)
        return set(statuses) <= {"active", "flagged"}

    eventually(made, 60)


@pytest.mark.deep(part="restarts")
def test_an_execution_goes_on_after_a_kill_and_a_run_without_one_is_started(home: LocalServer) -> None:
    states = home.aws("stepfunctions")
    long, short = _machine(home, "waits-long", 600), _machine(home, "waits-shortly", 3)
    _when_saved(home, "stepfunctions", "waits-shortly")
    without = _run_without_execution(home)
    executions = [
        states.start_execution(stateMachineArn=machine, input="{}")["executionArn"] for machine in (long, short)
    ]

    home.kill()
    home.start()

    states = home.aws("stepfunctions")
    assert states.describe_execution(executionArn=executions[0])["status"] == "RUNNING"
    ended = eventually(lambda: _ended(home, executions[1]))
    assert (ended["status"], json.loads(ended["output"])) == ("SUCCEEDED", {"waited": 3})
    assert home.call("GET", f"/v1/personas/{without.persona.id}").status_code == 200
    run = eventually(lambda: _ended_run(home, without.run.id))
    assert (run.status, run.error) == (RunStatus.COMPLETED, None)


def _ended_run(server: LocalServer, run_id: str) -> Run | None:
    run = _store(server).run("ws_local", run_id)
    assert run is not None
    return None if run.status is RunStatus.RUNNING else run


def _ended(server: LocalServer, execution: str) -> dict[str, str]:
    described = server.aws("stepfunctions").describe_execution(executionArn=execution)
    return {} if described["status"] == "RUNNING" else described


@pytest.mark.deep(part="restarts")
def test_a_message_is_there_after_a_kill_whether_it_was_received_or_not(home: LocalServer) -> None:
    sqs = home.aws("sqs")
    url = sqs.create_queue(QueueName="kept", Attributes={"VisibilityTimeout": "600"})["QueueUrl"]
    _when_saved(home, "sqs", "kept")
    for body in ("received", "deleted", "waiting"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    sqs.send_message(QueueUrl=url, MessageBody="delayed", DelaySeconds=600)
    received = {message["Body"]: message for _ in range(2) for message in sqs.receive_message(QueueUrl=url)["Messages"]}
    sqs.delete_message(QueueUrl=url, ReceiptHandle=received["deleted"]["ReceiptHandle"])

    home.kill()
    home.start()

    sqs = home.aws("sqs")
    there = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    assert sorted(message["Body"] for message in there) == ["received", "waiting"]
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert counts["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


@pytest.mark.deep(part="restarts")
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_a_full_disk_refuses_changes_and_says_so_until_there_is_space(home: LocalServer) -> None:
    """No file of the server can be written beyond its first byte; the kernel then answers as a full disk does."""

    def health() -> str:
        return str(home.call("GET", "/v1/health").json()["status"])

    # The server answers before it has printed where; this process could not write that either, and would end.
    eventually(lambda: "Ctrl-C stops." in home.said())
    body, headers = {"intent": "A harbour pilot"}, {"Prefer": "respond-async"}
    limits = resource.prlimit(home.process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(home.process_id, resource.RLIMIT_FSIZE, (1, limits[1]))
    try:
        refused = home.call("POST", "/v1/personas", body=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (507, "not_stored")
        assert health() == "degraded"
        assert home.call("GET", "/v1/personas").status_code == 200
    finally:
        resource.prlimit(home.process_id, resource.RLIMIT_FSIZE, limits)
    eventually(lambda: health() == "ok")
    assert home.call("POST", "/v1/personas", body=body, headers=headers).status_code == 202


@pytest.mark.deep(part="restarts")
@pytest.mark.parametrize("damage", ["cut off", "removed"])
def test_a_state_that_cannot_be_loaded_is_neither_served_nor_overwritten(home: LocalServer, damage: str) -> None:
    made = home.call("POST", "/v1/personas", body={"intent": "A harbour pilot"}).json()
    assert home.stop() == 0  # two stops are two copies
    home.start()
    assert home.stop() == 0
    file = copies(home.home.engine_state)[0] / "dynamodb.json"
    good = file.read_bytes()
    file.unlink() if damage == "removed" else file.write_bytes(good[: len(good) // 2])
    with pytest.raises(AssertionError, match="did not start"):
        home.start()
    told = "".join(home.said().split())  # a terminal breaks lines anywhere
    assert f"Thesavedstate{file}cannotbeloaded" in told
    assert "Traceback" not in home.said()
    assert (file.read_bytes() if file.exists() else b"") == (b"" if damage == "removed" else good[: len(good) // 2])
    # The copy of the start before is as good: no item is in either.
    shutil.rmtree(file.parent)
    home.start()
    assert home.call("GET", f"/v1/personas/{made['id']}").json()["id"] == made["id"]
