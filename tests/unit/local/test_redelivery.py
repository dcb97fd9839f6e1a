"""Bridge: messages whose function is not at fault are shown again soon, and count as on AWS."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc, sqs

from infra.local.bridges import worker_pool
from infra.local.bridges.redelivery import FIRST_PAUSE_S, LONGEST_PAUSE_S, CountedFaults
from infra.local.bridges.shared_archives import CodeFolders
from infra.local.bridges.worker_pool import WorkerPool
from infra.local.bridges.worker_process import WorkerEndedError, WorkerProcess, start_interpreter
from infra.local.process_group import ProcessGroup
from tests.unit.local.functions_under_test import record

HIDDEN_S, MAX_RECEIVES = 400, 3
MAPPING = {"UUID": "mapping", "FunctionName": "step", "FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Engine:
    """What the pool asks the engine."""

    def __init__(self) -> None:
        self.faults = 0
        self.accepts = threading.Event()
        self.accepts.set()


class Deliveries:
    """A queue of MiniStack's with one message, which is given to a function as MiniStack's poller does."""

    def __init__(self) -> None:
        self.dead = self._created("redelivery-dead")
        arn = _act("GetQueueAttributes", QueueUrl=self.dead, AttributeNames=["All"])["Attributes"]["QueueArn"]
        redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(MAX_RECEIVES)})
        self.url = self._created("redelivery", VisibilityTimeout=str(HIDDEN_S), RedrivePolicy=redrive)
        _act("SendMessage", QueueUrl=self.url, MessageBody="{}")

    def deliver(self, function: dict[str, Any], **event: Any) -> float | None:
        """Shows the message and delivers it; in how many seconds it is visible again, None if it is deleted."""
        for message in self.messages(self.url):
            message["visible_at"] = time.time()
        batch = sqs._receive_messages_for_esm(self.url, 1)  # noqa: SLF001
        if batch:
            failures = {"batchItemFailures": [{"itemIdentifier": message["id"]} for message in batch]}
            given = {"Records": [{}], "failures": failures, **event}
            lambda_svc._run_sqs_batch(MAPPING, function, given, batch, self.url, "redelivery")  # noqa: SLF001
        return next((message["visible_at"] - time.time() for message in self.messages(self.url)), None)

    def receives(self) -> int:
        return int(self.messages(self.url)[0]["receive_count"])

    def messages(self, url: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = sqs._queues.get(url)["messages"]  # noqa: SLF001
        return found

    def end(self) -> None:
        for url in (self.url, self.dead):
            _act("DeleteQueue", QueueUrl=url)

    @staticmethod
    def _created(name: str, **attributes: str) -> str:
        return str(_act("CreateQueue", QueueName=name, Attributes=attributes)["QueueUrl"])


def _act(action: str, **request: Any) -> dict[str, Any]:
    answer: dict[str, Any] = sqs._HANDLERS[action](request, request.get("QueueUrl", ""))  # noqa: SLF001
    return answer


@pytest.fixture
def engine() -> Engine:
    return Engine()


@pytest.fixture
def pool(engine: Engine, group: ProcessGroup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkerPool]:
    replaced = ("_execute_function_warm", "_run_sqs_batch", "_sqs_esm_concurrency")
    for module, names in ((lambda_svc, replaced), (lambda_runtime, ("get_or_create_worker",))):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))  # what `install` sets is taken back
    made = WorkerPool(
        partial(start_interpreter, group),
        CodeFolders(tmp_path),
        accepts_changes=engine.accepts.is_set,
        faults=lambda: engine.faults,
    )
    made.install()
    yield made
    made.stop()


@pytest.fixture
def queue(pool: WorkerPool) -> Iterator[Deliveries]:  # noqa: ARG001 - which MiniStack invokes
    made = Deliveries()
    yield made
    made.end()


def _no_descriptors(*_: object, **__: object) -> Any:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


@pytest.mark.parametrize("where", ["the code's files", "the channel", "the process"])
def test_a_message_whose_function_could_not_begin_is_shown_after_growing_pauses_and_does_not_count(
    queue: Deliveries, where: str, pool: WorkerPool
) -> None:
    refused: tuple[Any, str] = {
        "the code's files": (CodeFolders, "of"),
        "the channel": (socket, "socketpair"),
        "the process": (pool, "_start"),
    }[where]
    with pytest.MonkeyPatch.context() as few:
        few.setattr(*refused, _no_descriptors)
        pauses = [queue.deliver(record(), do="report", result=None) for _ in range(3 * MAX_RECEIVES)]
    doubled = [min(FIRST_PAUSE_S * 2**number, LONGEST_PAUSE_S) for number in range(len(pauses))]
    assert pauses == pytest.approx(doubled, abs=0.9)
    assert (queue.receives(), queue.messages(queue.dead)) == (0, [])
    assert queue.deliver(record(), do="report", result=None) is None


@pytest.mark.parametrize("how", ["it could not be started", "it ended"])
def test_a_message_whose_process_another_invocation_saw_end_first_does_not_count(
    queue: Deliveries, how: str, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    leased = pool._leased  # noqa: SLF001 - another invocation has the same process

    def after_another(*function: Any) -> WorkerProcess:
        process = leased(*function)
        with pytest.raises(WorkerEndedError):
            process.invoke({"do": "die"}, request_id="another", arn="arn", timeout_s=20)
        process.end()
        return process

    monkeypatch.setattr(pool, "_leased", after_another)
    if how == "it could not be started":
        monkeypatch.setattr(pool, "_start", _no_descriptors)
    assert queue.deliver(record(), do="report", result=None) == pytest.approx(FIRST_PAUSE_S, abs=0.9)
    assert queue.receives() == 0


def test_a_message_whose_function_cannot_be_imported_counts_for_each_invocation_that_waited(
    queue: Deliveries, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    leased = pool._leased  # noqa: SLF001 - another invocation has the same process

    def after_another(*function: Any) -> WorkerProcess:
        process = leased(*function)
        with pytest.raises(WorkerEndedError, match="could not be imported"):
            process.ensure_started()
        return process

    monkeypatch.setattr(pool, "_leased", after_another)
    assert queue.deliver(record(text="raise ValueError"), do="report") == pytest.approx(FIRST_PAUSE_S, abs=0.9)
    assert queue.receives() == 1


def test_a_delivery_that_a_full_disk_refused_counts_though_it_could_not_be_repeated(
    queue: Deliveries, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that is idle while the disk is full is ended."""

    def ended_for_good() -> None:
        monkeypatch.setattr(pool, "_start", _no_descriptors)
        monkeypatch.setattr(worker_pool, "IDLE_SECONDS", -1.0)
        pool.reap()

    monkeypatch.setattr(pool, "_wait_for_storage", ended_for_good)
    assert queue.deliver(record(), do="full disk", times=1) == pytest.approx(FIRST_PAUSE_S, abs=0.9)
    assert queue.receives() == 1


def test_a_message_that_ends_its_worker_each_time_reaches_the_dead_letter_queue(queue: Deliveries) -> None:
    pauses = [queue.deliver(record(), do="die") for _ in range(MAX_RECEIVES)]
    assert pauses == pytest.approx([FIRST_PAUSE_S * 2**number for number in range(MAX_RECEIVES)], abs=0.9)
    assert queue.deliver(record(), do="die") is None
    assert len(queue.messages(queue.dead)) == 1


@pytest.mark.parametrize(
    ("timeout_s", "event"),
    [(20.0, {"do": "raise"}), (20.0, {"do": "report"}), (0.3, {"do": "sleep", "seconds": 2})],
    ids=["it raised", "it reported a failure", "it may still be at work"],
)
def test_a_message_whose_function_failed_of_its_own_is_hidden_as_on_aws(
    queue: Deliveries, timeout_s: float, event: dict[str, Any]
) -> None:
    shown_in_s = queue.deliver(record(timeout_s=timeout_s), **event)
    assert shown_in_s == pytest.approx(HIDDEN_S, abs=5)
    assert queue.receives() == 1


@pytest.mark.parametrize("how", ["report", "raise"])
def test_a_message_is_shown_soon_if_the_engine_failed_while_its_function_was_at_work(
    queue: Deliveries, engine: Engine, how: str, pool: WorkerPool
) -> None:
    """The function of a webhook's delivery reports a failure when its record could not be stored."""
    execute = pool.execute

    def failing(*invocation: Any) -> dict[str, Any]:
        engine.faults += 1
        return execute(*invocation)

    lambda_svc._execute_function_warm = failing  # noqa: SLF001
    assert queue.deliver(record(), do=how) == pytest.approx(FIRST_PAUSE_S, abs=0.9)
    assert queue.receives() == 1  # its function began


def test_no_delivery_is_used_up_while_nothing_can_be_stored(
    queue: Deliveries, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        engine.accepts.clear()
        threading.Timer(0.7, engine.accepts.set).start()
        raise OSError("the disk is full")

    monkeypatch.setattr(sqs, "_delete_messages_for_esm", refused)
    began = time.monotonic()
    with pytest.raises(OSError, match="full"):
        queue.deliver(record(), do="report", result=None)
    assert time.monotonic() - began > 0.6
    (message,) = queue.messages(queue.url)
    assert message["visible_at"] - time.time() == pytest.approx(FIRST_PAUSE_S, abs=0.9)


def test_a_message_that_another_delivery_has_received_since_is_left_to_it(
    queue: Deliveries, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def received_again(*_: object) -> int:
        (message,) = queue.messages(queue.url)
        message["receipt_handle"] = "another's"
        return _no_descriptors()  # type: ignore[no-any-return]

    monkeypatch.setattr(pool, "_start", received_again)
    assert queue.deliver(record(), do="die") == pytest.approx(HIDDEN_S, abs=5)
    assert queue.receives() == 1


@pytest.mark.parametrize(("status", "counted"), [(200, 0), (400, 0), (500, 1), (507, 1)])
def test_an_answer_of_the_engine_with_a_server_error_is_a_fault(status: int, counted: int) -> None:
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Callable[[Any], Any]) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> None:
        raise AssertionError("the app reads no body")

    faults = CountedFaults(app)
    asyncio.run(faults({"type": "http"}, receive, send))
    assert (faults.count, len(sent)) == (counted, 2)
