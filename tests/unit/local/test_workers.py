"""Bridge: a function has one process, which serves many invocations at once and ends with the engine."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from infra.local.bridges import worker_pool
from infra.local.bridges.forked_workers import SUPPORTED, ForkServer
from infra.local.bridges.shared_archives import CodeFolders
from infra.local.bridges.worker_pool import (
    ENDED_WORKER,
    JOB_NICENESS,
    JOBS_AT_ONCE,
    REPEATS_FOR_STORAGE,
    WorkerPool,
)
from infra.local.bridges.worker_process import Start, start_interpreter
from infra.local.home import REPOSITORY
from infra.local.process_group import ProcessGroup
from tests.descriptors import open_descriptors
from tests.unit.local.functions_under_test import HANDLER, record

STEP = record()


@pytest.fixture(scope="module", params=["forked", "fresh"])
def start(
    request: pytest.FixtureRequest, group: ProcessGroup, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Start]:
    if request.param == "fresh":
        yield partial(start_interpreter, group)
        return
    if not SUPPORTED:
        pytest.skip("workers are forked on Linux only")
    server = ForkServer(tmp_path_factory.mktemp("forks") / "log", group)
    yield server.fork
    server.stop()


@pytest.fixture
def pool(start: Start, tmp_path: Path) -> Iterator[WorkerPool]:
    made = WorkerPool(start, CodeFolders(tmp_path), lambda handler: handler.startswith("job"))
    yield made
    made.stop()


def _invoke(pool: WorkerPool, event: Any, function: dict[str, Any] = STEP, request: str = "r") -> dict[str, Any]:
    return pool.execute(function, event, request)


def _answer(pool: WorkerPool, word: str = "x", function: dict[str, Any] = STEP) -> dict[str, Any]:
    answer: dict[str, Any] = _invoke(pool, {"do": "answer", "word": word}, function)["body"]
    return answer


def test_ministack_alone_would_start_one_process_for_each() -> None:
    """If this fails, MiniStack serves several invocations in a process, or waits for an idle one: see what may go."""
    config = {**STEP["config"], "Runtime": "python3.14"}
    leases = [lambda_svc.acquire_worker("step", config, STEP["code_zip"]) for _ in range(3)]
    assert [how for _, how in leases] == ["spawn"] * 3
    lambda_svc.invalidate_worker("step")


def test_invocations_wait_side_by_side_in_one_process_each_with_its_own_context_and_log(pool: WorkerPool) -> None:
    def wait(number: int) -> dict[str, Any]:
        return _invoke(pool, {"do": "wait", "word": f"w{number}", "for": 0 if number else 19}, request=f"r{number}")

    with ThreadPoolExecutor(20) as threads:
        results = list(threads.map(wait, range(20)))
    assert [result["body"] for result in results] == [f"w{number}" for number in range(20)]
    assert [result["log"] for result in results] == [f"waits as w{n}\nwaited as w{n}\n" for n in range(20)]
    assert len(pool.pids()) == 1
    answer = pool.execute(STEP, {"do": "answer", "word": "y"}, "the request")["body"]
    arn = STEP["config"]["FunctionArn"]
    assert (answer["mine"], answer["request"], answer["arn"]) == ("step", "the request", arn)


def test_a_route_of_a_websocket_api_is_served_by_the_same_process(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MiniStack invokes such a route's function by another way than every other."""
    replaced = ("_execute_function_warm", "_run_sqs_batch", "_sqs_esm_concurrency")
    for module, names in ((lambda_svc, replaced), (lambda_runtime, ("get_or_create_worker",))):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))  # what `install` sets is taken back
    pool.install()

    def route(event: dict[str, Any]) -> dict[str, Any]:
        worker = lambda_runtime.get_or_create_worker("step", STEP["config"], STEP["code_zip"], qualifier="1")
        answer: dict[str, Any] = worker.invoke(event, "message")
        return answer

    answer = route({"do": "answer", "word": "x"})
    assert (answer["status"], answer["result"]["word"]) == ("ok", "x")
    assert answer["result"]["pid"] == _answer(pool)["pid"]
    failed = route({"do": "raise"})
    assert (failed["status"], failed["error"]) == ("error", "as asked")


def test_functions_that_start_together_get_their_credentials_one_after_the_other(
    pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MiniStack looks through all credentials as it adds one, and fails if another is added then."""
    credentials, at_once, most = lambda_runtime.execution_credentials, 0, 0

    def slowly(config: dict[str, Any]) -> dict[str, str]:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        at_once -= 1
        found: dict[str, str] = credentials(config)
        return found

    monkeypatch.setattr(lambda_runtime, "execution_credentials", slowly)
    functions = [record(name=name) for name in ("step", "second")]
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda function: _answer(pool, function=function), functions))
    assert (len(answers), most) == (2, 1)


def test_an_error_is_reported_with_its_trace_and_the_process_stays(pool: WorkerPool) -> None:
    before = _answer(pool)["pid"]
    handler_error = "Runtime.HandlerError"
    for event, text, kind in (
        ({"do": "raise"}, "as asked", "ValueError"),  # as on AWS: state machines retry errors by their names
        ({"do": "exit"}, "3", handler_error),
        ({"do": "odd"}, "not JSON", handler_error),
    ):
        failed = _invoke(pool, event)
        assert failed["error"]
        assert failed["body"]["errorType"] == kind
        assert text in failed["body"]["errorMessage"]
    assert _invoke(pool, {"do": "raise"})["log"].startswith("about to fail\n\nTraceback")
    assert _invoke(pool, {"do": "thread"}) == {"body": "done", "log": ""}
    assert _answer(pool)["pid"] == before


def test_a_process_that_ends_fails_its_invocations_as_a_fault_of_lambda_and_another_is_started(
    pool: WorkerPool,
) -> None:
    with ThreadPoolExecutor(3) as threads:
        sleeping = [threads.submit(_invoke, pool, {"do": "sleep", "seconds": 20}) for _ in range(2)]
        while not pool.pids() or sum(future.running() for future in sleeping) < 2:
            time.sleep(0.01)
        first = _answer(pool)["pid"]
        died = _invoke(pool, {"do": "die"})
        failures = [died, *(future.result() for future in sleeping)]
    assert {failure["body"]["errorType"] for failure in failures} == {ENDED_WORKER}
    assert _answer(pool)["pid"] != first


def test_after_a_timeout_the_process_is_given_no_more_but_ends_what_is_under_way(pool: WorkerPool) -> None:
    slow = record(timeout_s=2)
    first = _answer(pool, function=slow)["pid"]
    timed_out = _invoke(pool, {"do": "sleep", "seconds": 10}, slow)
    assert timed_out["body"] == {"errorMessage": "Task timed out after 2.00 seconds", "errorType": "Sandbox.Timedout"}
    assert _answer(pool, function=slow)["pid"] != first
    assert _invoke(pool, {"do": "sleep", "seconds": 0}, slow)["body"] <= 2000


@pytest.mark.parametrize(("times", "result"), [(2, 3), (9, None)])
def test_an_invocation_that_a_full_disk_refused_is_repeated_when_there_is_space_but_not_for_ever(
    start: Start, tmp_path: Path, times: int, result: int | None
) -> None:
    asked = []

    def accepts_changes() -> bool:
        asked.append(time.monotonic())
        return len(asked) > 1

    pool = WorkerPool(start, CodeFolders(tmp_path), accepts_changes=accepts_changes)
    try:
        answer = _invoke(pool, {"do": "full disk", "times": times})
        assert (answer["body"] == result) if result else answer["error"]
        assert _invoke(pool, {"do": "full disk", "times": 0})["body"] == 1 + (result or 1 + REPEATS_FOR_STORAGE)
    finally:
        pool.stop()
    assert asked[1] - asked[0] > 0.4  # nothing is executed while nothing can be stored


def test_a_busy_machine_gets_more_time_but_jobs_do_not(start: Start, tmp_path: Path) -> None:
    pool = WorkerPool(start, CodeFolders(tmp_path), lambda handler: handler.endswith("job"), patience=10)
    text = HANDLER + "\njob = handler\n"
    slow, job = (
        record(name, text=text, timeout_s=0.3, handler=f"code_under_test.{name}") for name in ("handler", "job")
    )
    try:
        assert _invoke(pool, {"do": "sleep", "seconds": 0.6}, slow)["body"] <= 2400
        assert _invoke(pool, {"do": "sleep", "seconds": 10}, job)["body"]["errorType"] == "Sandbox.Timedout"
    finally:
        pool.stop()


def test_code_that_cannot_be_imported_and_functions_without_code_fail_each_invocation(pool: WorkerPool) -> None:
    for function, text in (
        (record("broken", text="1 / 0"), "division by zero"),
        ({**STEP, "code_zip": b""}, "no code"),
    ):
        failed = _invoke(pool, {"do": "answer"}, function)
        assert failed["error"]
        assert text in failed["body"]["errorMessage"]


def test_jobs_leave_the_processor_to_the_others_and_are_few_at_a_time(start: Start, tmp_path: Path) -> None:
    for is_job in (False, True):
        pool = WorkerPool(start, CodeFolders(tmp_path), lambda _handler: is_job)  # noqa: B023 - used in this round
        niceness = _invoke(pool, {"do": "nice"})["body"]
        at_once = pool.batches_at_once(lambda *_: 10, {}, {}, {"Handler": "step"})
        pool.stop()
        own, most = (JOB_NICENESS, JOBS_AT_ONCE) if is_job else (0, 10)
        expected = (min(os.nice(0) + own, 19), most)
        assert (niceness, at_once) == expected


def test_an_idle_process_is_ended_and_no_descriptor_is_left(pool: WorkerPool, monkeypatch: pytest.MonkeyPatch) -> None:
    def use_and_end_it() -> None:
        _answer(pool)
        monkeypatch.setattr(worker_pool, "IDLE_SECONDS", -1.0)
        pool.reap()
        assert pool.pids() == []
        monkeypatch.undo()

    use_and_end_it()
    before = open_descriptors() if SUPPORTED else set()
    for _ in range(3):
        use_and_end_it()
    if SUPPORTED:
        assert open_descriptors() <= before


ENGINE = """
import sys
from functools import partial
from pathlib import Path
from infra.local.bridges.forked_workers import ForkServer
from infra.local.bridges.shared_archives import CodeFolders
from infra.local.bridges.worker_pool import WorkerPool
from infra.local.bridges.worker_process import start_interpreter
from infra.local.process_group import ProcessGroup
from tests.unit.local.functions_under_test import record
folder, how, last = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
group = ProcessGroup()
start = ForkServer(folder / "log", group).fork if how == "forked" else partial(start_interpreter, group)
pool = WorkerPool(start, CodeFolders(folder), lambda _handler: False)
print(pool.execute(record(), {"do": "answer", "word": ""}, "r")["body"]["pid"], flush=True)
pool.execute(record(), {"do": last, "seconds": 60}, "r")
"""


@pytest.mark.skipif(not Path("/proc").exists(), reason="looks a process up in /proc")
@pytest.mark.parametrize("how", ["forked", "fresh"])
@pytest.mark.parametrize("last", ["sleep", "never let another thread run"])
def test_no_worker_outlives_an_engine_that_is_killed(tmp_path: Path, how: str, last: str) -> None:
    if how == "forked" and not SUPPORTED:
        pytest.skip("workers are forked on Linux only")
    command = [sys.executable, "-c", ENGINE, str(tmp_path), how, last]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY) as engine:
        assert engine.stdout is not None
        worker = Path("/proc", engine.stdout.readline().strip())
        assert worker.exists()
        time.sleep(0.3)  # so that the invocation has begun
        engine.send_signal(signal.SIGKILL)
    until = time.monotonic() + 20
    while worker.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_process_joins_a_group_whose_first_process_was_killed() -> None:
    group = ProcessGroup()
    with group.start(["/bin/cat"], stdin=subprocess.PIPE) as first:
        killed = os.getpgid(first.pid)
        os.kill(killed, signal.SIGKILL)
        os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    with group.start(["/bin/cat"], stdin=subprocess.PIPE) as stuck:
        group.end()
        assert stuck.wait(20) == -signal.SIGKILL
