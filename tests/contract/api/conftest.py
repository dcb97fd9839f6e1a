"""The app on moto's DynamoDB, with a state machine whose runs end as the test says."""

from __future__ import annotations

import asyncio
import io
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import boto3
import httpx
import pytest
from fastapi import FastAPI

from fourfold.config.settings import Settings
from fourfold.http.run_ends import RunEnds
from fourfold.http.scopes import SCOPES
from fourfold.http.tail import Tails
from fourfold.pipeline.complete_run import complete_run
from fourfold.pipeline.fail_run import fail_run
from fourfold.pipeline.run_context import identity_of
from fourfold.pipeline.state import RunState
from fourfold.pipeline.submit import NotStartedError
from fourfold.problem import problem
from fourfold.progress.run import Run
from fourfold.steps import position
from fourfold.storage.client import dynamodb
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from fourfold.voice import writers
from functions import secret_sealer, wiring
from functions import webhook_queues as webhook_lanes
from functions.api import wiring as api_wiring
from functions.api.app import create_app
from functions.api.chat.context import chat_limiter
from functions.api.evaluations import starting
from functions.api.personas import parse_client as step_alone
from functions.api.runs import job_requests as jobs
from functions.api.runs.polling import ended_runs, logged
from functions.api.server import Server
from functions.api.wiring import (
    api_keys,
    claims,
    key_ring,
    last_use,
    polling_limiter,
    rate_limiter,
    starting_limiter,
    submissions,
)
from functions.configuration import config_reader, deployment_defaults, effective, org_of
from functions.intent_parse.handler import handler as intent_parse
from tests.builders import ALL_STEPS, ScriptedModel, performed
from tests.contract.api.described import assert_described
from tests.contract.api.evaluation_machine import EvaluationMachine
from tests.contract.api.served import description
from tests.invocation import Invocation
from tests.tables import Kept, Tables, kept_in_moto, tables_in_moto

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

KEY, OTHER_KEY, READ_KEY, WRITE_KEY = ("ffk_one", "ffk_other", "ffk_read", "ffk_write")
FULL_KEY, OTHER_FULL_KEY = ("ffk_full", "ffk_other_full")
_OF_NO_PERSONA = re.compile(r"#(SLOTS|MONTHS|HOLDS|BUDGETS|USAGE#\d+)$")
BOTH = frozenset({"personas:read", "personas:write"})
Fate = Literal["active", "flagged", "failed", "silent", "refused"]

# The models of these tests say few things: the embedder, which depends on a text alone, measures each once (10 ms).
writers.vector_of = cache(writers.vector_of)

_ENVIRONMENT = {
    "FOURFOLD_PERSONAS_TABLE": "personas",
    "FOURFOLD_RUN_EVENTS_TABLE": "run-events",
    "FOURFOLD_API_KEYS_TABLE": "api-keys",
    "FOURFOLD_IDEMPOTENCY_TABLE": "idempotency",
    "FOURFOLD_CONFIG_TABLE": "config",
    "FOURFOLD_OUTBOX_TABLE": "outbox",
    "FOURFOLD_FINGERPRINT_QUEUE_URL": "https://queue.test/fingerprint",
    "FOURFOLD_PROVOCATION_QUEUE_URL": "https://queue.test/provocation",
    "FOURFOLD_INTENT_PARSE_FUNCTION": "intent-parse",
    "FOURFOLD_CONNECTIONS_TABLE": "connections",
    "FOURFOLD_PROGRESS_ENDPOINT": "https://abcdef1234.execute-api.eu-central-1.amazonaws.com/prod",
    "FOURFOLD_WEBHOOKS_TABLE": "webhooks",
    "FOURFOLD_WEBHOOKS_FAST_QUEUE": "https://sqs.test/fast",
    "FOURFOLD_WEBHOOKS_SLOW_QUEUE": "https://sqs.test/slow",
    "FOURFOLD_STATE_MACHINE_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:personas",
    "FOURFOLD_EVALUATION_MACHINE_ARN": "arn:aws:states:eu-central-1:123456789012:stateMachine:evaluations",
}
_TABLES = {
    "personas": "S",
    "run-events": "N",
    "api-keys": None,
    "idempotency": None,
    "config": "S",
    "outbox": None,
    "connections": "S",
    "webhooks": "S",
}


def scripted(state: RunState) -> RunState:
    """The run's steps, answered by a scripted model."""
    model = ScriptedModel()
    for step in ALL_STEPS[position(state.start_at) :]:
        state = performed(step, state, model, wiring.run_log(state, state.log_seq))
    return state


@dataclass
class Machine:
    """Stands for Step Functions: remembers what it was asked to start and runs it to its fate on a thread."""

    fate: Fate = "active"
    steps: Callable[[RunState], RunState] = scripted
    started: list[tuple[str, RunState]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))
    _runs: list[Future[None]] = field(default_factory=list)

    def start(self, name: str, execution_input: str) -> None:
        if self.fate == "refused":
            raise NotStartedError
        state = RunState.model_validate_json(_state_of(execution_input))
        with self._starting:
            if any(earlier == name for earlier, _ in self.started):
                return  # as Step Functions does for an execution of the same name and input
            self.started.append((name, state))
        if self.fate != "silent":
            self._runs.append(self._pool.submit(self._run, state, self.fate))

    def settle(self) -> None:
        """Returns when what was started is done to its last write, unless it is held: a run's caller knows earlier."""
        if self.hold.is_set():
            wait(self._runs)

    def stop(self) -> None:
        self.hold.set()
        self._pool.shutdown(wait=True)

    def _run(self, state: RunState, fate: Fate) -> None:
        self.hold.wait(10)
        context = wiring.run_context()
        run = context.store.run(state.workspace_id, state.run_id)
        assert run is not None
        if fate == "failed":
            state = performed(ALL_STEPS[0], state, ScriptedModel(), wiring.run_log(state, state.log_seq))
            fail_run(identity_of(run), problem("model_refused", "No usable answer", 502, "Reword the brief."), context)
            return
        complete_run(self.steps(state), "flagged" if fate == "flagged" else "active", context)


def _state_of(execution_input: str) -> str:
    return json.dumps(json.loads(execution_input)["state"])


class Functions:
    """Stands for Lambda: calls the handler, or answers as a function that failed."""

    def __init__(self) -> None:
        self.failure: dict[str, Any] | None = None
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - boto's names
        assert FunctionName == "intent-parse"
        self.invoked.append(json.loads(Payload))
        if self.failure is not None:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(self.failure).encode())}
        answer = intent_parse(self.invoked[-1], Invocation())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


@dataclass
class Api:
    """The app and what stands behind it. `orders` are what the job queues hold: (queue, message).

    `order_groups` has the message group of each order that was sent.
    """

    app: FastAPI
    machine: Machine
    kept: Tables
    functions: Functions = field(default_factory=Functions)
    orders: list[tuple[str, str]] = field(default_factory=list)
    order_groups: list[str] = field(default_factory=list)

    @property
    def tables(self) -> DynamoDBClient:
        return self.kept.client

    def client(self, key: str | None = KEY) -> httpx.AsyncClient:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://api.test", headers=headers, timeout=30)

    def do_jobs(self) -> None:
        """Does every order on the job queues."""
        while self.orders:
            queue, body = self.orders.pop(0)
            record = {
                "messageId": f"m-{time.monotonic_ns()}", "receiptHandle": "r", "body": body, "eventSource": "aws:sqs",
                "attributes": {"ApproximateReceiveCount": "1"}, "messageAttributes": {}, "awsRegion": "eu-central-1",
            }  # fmt: skip
            done = import_module(f"functions.{queue}.handler").handler({"Records": [record]}, Invocation())
            assert done == {"batchItemFailures": []}

    def call(self, method: str, path: str, key: str | None = KEY, **request: Any) -> httpx.Response:
        """One request on an event loop of its own."""

        async def go() -> httpx.Response:
            async with self.client(key) as client:
                return await client.request(method, path, **request)

        reply = asyncio.run(go())
        assert re.fullmatch(r"req_[0-9a-z]{26}", reply.headers["request-id"])
        assert_described(self.app.openapi(), reply)
        return reply

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that succeeds, with the key of every scope."""
        reply = self.call("GET", path, FULL_KEY, params=query)
        assert reply.status_code == 200, reply.text
        return reply.json()

    def stored(self, table: str) -> list[dict[str, Any]]:
        """All items but those that belong to no persona: slots of running generations, months of lists, usage."""
        self.machine.settle()
        if last_use.cache_info().currsize:
            last_use().settle()
        items = self.kept.items(table)
        return [item for item in items if not _OF_NO_PERSONA.search(item.get("pk", {}).get("S", ""))]

    def run(self, run_id: str, workspace_id: str = "ws_one") -> Run:
        found = wiring.persona_store().run(workspace_id, run_id)
        assert found is not None
        return found

    def nothing_happened(self) -> bool:
        kept = [item for item in self.stored("idempotency") if not item["id"]["S"].startswith("RATE#")]
        return not (self.machine.started or kept or any(map(self.stored, ("personas", "run-events"))))


@dataclass
class Live:
    """The API under uvicorn."""

    api: Api
    server: Server
    url: str

    def client(self, key: str = KEY) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {key}"}, timeout=30)

    def stop(self) -> None:
        self.server.should_exit = True


def use_settings(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    """Lets every request of every workspace read these settings."""
    monkeypatch.setattr(
        "functions.api.dependencies.effective",
        lambda org_id, workspace_id, persona_id: replace(
            effective(org_id, workspace_id, persona_id), settings=settings
        ),
    )


@pytest.fixture(scope="session")
def _app() -> FastAPI:
    """One for all tests: at its first request it takes longer to get ready than most tests do."""
    app = create_app()
    app.openapi = description  # type: ignore[method-assign]
    return app


@pytest.fixture(scope="session")
def _kept() -> Kept:
    """The tables with the API keys, and a key of KMS for `_sealing_key`."""
    with tables_in_moto(_TABLES) as tables:
        keys = DynamoApiKeys(tables.client, "api-keys")
        for secret, workspace, scopes in (
            (KEY, "ws_one", BOTH),
            (OTHER_KEY, "ws_other", BOTH),
            (READ_KEY, "ws_one", frozenset({"personas:read"})),
            (WRITE_KEY, "ws_one", frozenset({"personas:write"})),
            (FULL_KEY, "ws_one", frozenset(SCOPES)),
            (OTHER_FULL_KEY, "ws_other", frozenset(SCOPES)),
        ):
            keys.put(secret, ApiKey(f"key_{secret}", "org", workspace, scopes))
        boto3.client("kms").create_key()
        return tables.held()


@pytest.fixture(scope="module")
def _tables(_kept: Kept) -> Iterator[Tables]:
    with kept_in_moto(_kept) as tables:
        dynamodb.cache_clear()
        yield tables
        dynamodb.cache_clear()


@pytest.fixture(scope="session")
def _sealing_key(_kept: Kept) -> str:
    [key] = _kept.keys.values()
    return str(key.arn)


@pytest.fixture
def api(_app: FastAPI, _tables: Tables, _sealing_key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """The app as it is after its start, its tables with the keys alone."""
    for name, value in _ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    _tables.put_back()
    _app.state.stopping, _app.state.tails = threading.Event(), Tails(logged)
    _app.state.run_ends = RunEnds(ended_runs)
    _app.state.storage_failure = lambda: None
    _app.state.sign_in_link = None
    stand_in, functions = Machine(), Functions()
    stand_in.hold.set()
    _forget()
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_KEY", _sealing_key)
    monkeypatch.setattr(api_wiring, "start_execution", stand_in.start)
    monkeypatch.setattr(starting, "start_execution", lambda _name, _input, _machine: None)
    monkeypatch.setattr(step_alone, "_functions", lambda: functions)
    step_alone._limiter.cache_clear()  # noqa: SLF001 - it belongs to one event loop
    serving = Api(_app, stand_in, _tables, functions)

    def send_message(QueueUrl: str, MessageBody: str, MessageGroupId: str) -> None:  # noqa: N803 - boto's names
        serving.orders.append((QueueUrl.rpartition("/")[2], MessageBody))
        serving.order_groups.append(MessageGroupId)

    monkeypatch.setattr(jobs, "queues", lambda: SimpleNamespace(send_message=send_message))
    yield serving
    stand_in.stop()
    _forget()


@pytest.fixture
def live(api: Api) -> Iterator[Live]:
    """The app on a real socket: streams are streams there, and clients can leave."""
    # Without its protocol, asyncio does not set TCP_NODELAY: a reply's body waits 40 ms for the ACK of its headers.
    listener = socket.socket(proto=socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = Server(api.app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    serving = Live(api, server, f"http://127.0.0.1:{listener.getsockname()[1]}")
    yield serving
    serving.stop()
    thread.join(30)
    assert not thread.is_alive()


def _forget() -> None:
    """What the process keeps between requests belongs to one test's tables."""
    if last_use.cache_info().currsize:
        last_use().close()
    kept_by_the_api = (
        api_keys,
        key_ring,
        last_use,
        rate_limiter,
        claims,
        submissions,
        polling_limiter,
        starting_limiter,
    )
    slots = (api_wiring.chat_slots, api_wiring.stream_slots)
    kept_for_lists = (api_wiring.usage, wiring.persona_search, api_wiring.run_directory, *slots)
    kept_for_jobs = (wiring.budgets, wiring.job_store, wiring.job_context, wiring.sessions, wiring.suites, chat_limiter)
    sealing = (secret_sealer.kms, secret_sealer.opened)
    kept_for_evaluations = (wiring.evaluations, wiring.run_repository)
    settings = (config_reader, deployment_defaults, org_of)
    further = (*kept_for_evaluations, *settings, webhook_lanes.webhooks, wiring.workspace_tests, *sealing)
    for made in (wiring.persona_store, wiring.run_context, *further, *kept_by_the_api, *kept_for_lists, *kept_for_jobs):
        made.cache_clear()


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> EvaluationMachine:
    """Executes the evaluations that requests start, with scripted models."""
    found = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", found.start)
    return found
