"""Bridge: MiniStack starts a process for every invocation that finds none idle, and stops a worker whose handler
raised. Fifty runs that wait for their models would be fifty processes for each step; here a function has one process,
which serves up to INVOCATIONS_AT_ONCE invocations on threads, as Lambda's environments with several concurrent
invocations do.

A process that ends takes its invocations with it. They fail with the error type of a fault of Lambda's own, which
callers retry: what a step has paid for it finds in its log again. An invocation that times out keeps its thread, so its
process is given no further one and ended with the last that is under way. An idle process is ended.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from fourfold.aws import INSUFFICIENT_STORAGE
from infra.local.bridges.foreground_first import APP_ID, JOB, WORKER
from infra.local.bridges.ministack_types import Handle, Json
from infra.local.bridges.redelivery import Batch, Delivery
from infra.local.bridges.shared_archives import CodeFolders
from infra.local.bridges.worker import INVOCATIONS_AT_ONCE, Function
from infra.local.bridges.worker_process import (
    InvocationTimeoutError,
    Start,
    WorkerEndedError,
    WorkerNotStartedError,
    WorkerProcess,
)

IDLE_SECONDS: Final = 45.0
"""How long a process without an invocation is kept."""
ENDED_WORKER: Final = "Lambda.ServiceException"
"""The error type of an invocation whose process ended; the state machine retries it."""
JOB_NICENESS: Final = 15
JOBS_AT_ONCE: Final = 3
"""Batches of one job's queue under way. Each is some dozens of model calls, ten at a time."""
REPEATS_FOR_STORAGE: Final = 3
"""How often an invocation is repeated whose changes a full disk refused: each may pay its model again."""
_REAP_SECONDS: Final = 5.0
# MiniStack fails if it registers the credentials of two functions at the same time.
_registering: Final = threading.Lock()
_STORAGE_PAUSE_S: Final = 0.5


class WorkerPool:
    """The processes of all functions."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it needs of the engine
        self,
        start: Start,
        folders: CodeFolders,
        is_job: Callable[[str], bool] = lambda _handler: False,
        patience: float = 1,
        accepts_changes: Callable[[], bool] = lambda: True,
        wait_for_quiet: Callable[[], None] = lambda: None,
        faults: Callable[[], int] = lambda: 0,
    ) -> None:
        """`is_job` says of a handler's name that it does background jobs: its process leaves the CPU to the others.

        All but jobs get `patience` times their timeout. `accepts_changes` says whether the engine's disk does: an
        invocation that failed for a full disk is repeated when it does again, and a run waits instead of failing.
        `wait_for_quiet` is called before a job is invoked. `faults` is how many requests the engine has failed.
        """
        self._start = start
        self._folders = folders
        self._is_job = is_job
        self._patience = patience
        self._accepts_changes = accepts_changes
        self._wait_for_quiet = wait_for_quiet
        self._faults = faults
        self._lock = threading.Lock()
        self._processes: dict[tuple[str, ...], list[WorkerProcess]] = {}
        self._thread = threading.local()
        self._stopping = threading.Event()
        threading.Thread(target=self._reap_now_and_then, name="worker-reaper", daemon=True).start()

    def install(self) -> None:
        """Have MiniStack invoke its Python functions here."""
        from ministack.core import lambda_runtime
        from ministack.services import lambda_svc

        lambda_svc._execute_function_warm = self.execute  # noqa: SLF001 - no setting chooses an executor
        lambda_runtime.get_or_create_worker = self.route_worker
        run_batch, concurrency = lambda_svc._run_sqs_batch, lambda_svc._sqs_esm_concurrency  # noqa: SLF001
        lambda_svc._run_sqs_batch = lambda *batch: self.run_batch(run_batch, *batch)  # noqa: SLF001
        lambda_svc._sqs_esm_concurrency = lambda *mapping: self.batches_at_once(concurrency, *mapping)  # noqa: SLF001

    def execute(self, record: Json, event: Any, request_id: str) -> Json:  # noqa: ANN401 - JSON
        """One invocation; takes the place of MiniStack's `_execute_function_warm` and has its result."""
        result = self._execute(record, event, request_id)
        for _ in range(REPEATS_FOR_STORAGE):
            if not (result.get("error") and INSUFFICIENT_STORAGE in str(result["body"]["errorMessage"])):
                break
            self._wait_for_storage()
            result = self._execute(record, event, request_id)
            if self._thread.delivery is Delivery.NOT_BEGUN:
                self._thread.delivery = Delivery.CUT_OFF  # it began before it was repeated
        return result

    def _execute(self, record: Json, event: Any, request_id: str) -> Json:  # noqa: ANN401 - JSON
        config = record.get("config") or record
        timeout_s = float(config.get("Timeout", 3))
        if self._is_job(config["Handler"]):
            self._wait_for_quiet()
        else:
            timeout_s *= self._patience
        process = self._leased(record, config)
        try:
            answer = process.invoke(event, request_id=request_id, arn=config["FunctionArn"], timeout_s=timeout_s)
            self._thread.delivery = Delivery.ANSWERED
        except WorkerEndedError as error:
            process.end()
            self._thread.delivery = Delivery.NOT_BEGUN if isinstance(error, WorkerNotStartedError) else Delivery.CUT_OFF
            return _failed(str(error), ENDED_WORKER)
        except InvocationTimeoutError:
            process.retired = True
            self._thread.delivery = Delivery.TIMED_OUT
            return _failed(f"Task timed out after {timeout_s:.2f} seconds", "Sandbox.Timedout")
        finally:
            with self._lock:
                process.leases -= 1
        if "error" in answer:
            log = "\n".join(filter(None, [answer["log"], answer["trace"]]))
            return {**_failed(answer["error"], answer["kind"]), "log": log}
        return {"body": answer["result"], "log": answer["log"]}

    def route_worker(self, name: str, config: Json, code_zip: bytes, qualifier: str = "$LATEST") -> RouteWorker:  # noqa: ARG002
        """Takes the place of MiniStack's `get_or_create_worker`, by which routes of WebSocket APIs are invoked."""
        return RouteWorker(partial(self.execute, {"config": config, "code_zip": code_zip}))

    def run_batch(self, run: Handle, mapping: Json, record: Json, event: Json, batch: list[Json], *queue: str) -> None:
        """MiniStack's `_run_sqs_batch`; messages whose function was not at fault are shown again soon."""
        self._thread.delivery = Delivery.NOT_BEGUN
        received, faults, engine_failed = Batch(batch), self._faults(), True
        try:
            run(mapping, record, event, batch, *queue)
            engine_failed = self._faults() > faults
        finally:
            delivery: Delivery = self._thread.delivery
            if engine_failed:
                self._wait_for_storage()
            if delivery.ended_early or (engine_failed and delivery is Delivery.ANSWERED):
                received.show_again(delivery)

    def batches_at_once(self, concurrency: Handle, mapping: Json, record: Json, config: Json, *queue: Json) -> int:
        """MiniStack's `_sqs_esm_concurrency`, with a lower limit for jobs."""
        most: int = concurrency(mapping, record, config, *queue)
        return min(most, JOBS_AT_ONCE) if self._is_job(config["Handler"]) else most

    def warm(self, function_arn: str) -> None:
        """Start the function's first process unless it is there.

        Raises:
            WorkerEndedError: it could not be started.
        """
        from ministack.services import lambda_svc

        record, config, _ = lambda_svc._get_func_record_for_ref(function_arn)  # noqa: SLF001 - no call has the code
        if record and config and record.get("code_zip"):
            record = lambda_svc._execution_record_for_config(record, config)  # noqa: SLF001
            process = self._leased(record, config)
            try:
                process.ensure_started()
            finally:
                with self._lock:
                    process.leases -= 1

    def pids(self) -> list[int]:
        """The processes that run."""
        with self._lock:
            return [one.pid for some in self._processes.values() for one in some if one.pid and not one.ended]

    def reap(self) -> None:
        """End the processes that are idle, or given no more, and have nothing under way."""
        idle_since = time.monotonic() - IDLE_SECONDS
        with self._lock:
            done = [
                (some, process)
                for some in self._processes.values()
                for process in some
                if process.leases == 0 and process.is_done(idle_since)
            ]
            for some, process in done:
                some.remove(process)
        for _, process in done:
            process.end()

    def stop(self) -> None:
        """End every process."""
        self._stopping.set()
        with self._lock:
            processes = [process for some in self._processes.values() for process in some]
            self._processes.clear()
        for process in processes:
            process.end()

    def _wait_for_storage(self) -> None:
        """Returns when the engine's disk accepts changes, or as the pool stops."""
        while not self._accepts_changes() and not self._stopping.wait(_STORAGE_PAUSE_S):
            pass

    def _leased(self, record: Json, config: Json) -> WorkerProcess:
        """A process with room for one more invocation, which is counted from here on."""
        key = tuple(str(config.get(name)) for name in ("FunctionArn", "Version", "CodeSha256", "RevisionId"))
        with self._lock:
            some = self._processes.setdefault(key, [])
            for process in some:
                if process.takes_more(INVOCATIONS_AT_ONCE):
                    break
            else:
                process = WorkerProcess(lambda: self._function(record, config), self._start)
                if self._stopping.is_set():
                    process.end()
                else:
                    some.append(process)
            process.leases += 1
            return process

    def _function(self, record: Json, config: Json) -> Function:
        if not record.get("code_zip"):
            raise WorkerEndedError("the function has no code")
        folder = str(self._folders.of(record["code_zip"]))
        module, _, handler = config["Handler"].rpartition(".")
        is_job = self._is_job(config["Handler"])
        return Function(
            folder=folder,
            module=module.replace("/", "."),
            handler=handler,
            environment={**_environment(config, folder), APP_ID: JOB if is_job else WORKER},
            niceness=JOB_NICENESS if is_job else 0,
            name=config["FunctionName"],
            memory_mb=config.get("MemorySize", 128),
        )

    def _reap_now_and_then(self) -> None:
        while not self._stopping.wait(_REAP_SECONDS):
            self.reap()


class RouteWorker:
    """One invocation, with the interface of MiniStack's worker."""

    def __init__(self, execute: Callable[[Any, str], Json]) -> None:
        self._execute = execute

    def invoke(self, event: Json, request_id: str) -> Json:
        """The result as a worker of MiniStack has it."""
        done = self._execute(event, request_id)
        if done.get("error"):
            return {"status": "error", "error": done["body"]["errorMessage"], "log": done["log"]}
        return {"status": "ok", "result": done["body"], "log": done["log"]}


def _environment(config: Json, folder: str) -> dict[str, str]:
    """A function's environment variables: those of this process, its own, and what Lambda sets."""
    from ministack.core import lambda_runtime
    from ministack.core.responses import new_uuid

    own = config.get("Environment", {}).get("Variables", {})
    reserved = lambda_runtime._RESERVED_RUNTIME_ENV_VARS  # noqa: SLF001 - what a function may not set
    with _registering:
        credentials = lambda_runtime.execution_credentials(config)
    return {
        **os.environ,
        **{name: value for name, value in own.items() if name not in reserved},
        **credentials,
        "LAMBDA_TASK_ROOT": folder,
        "AWS_LAMBDA_FUNCTION_NAME": config["FunctionName"],
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_VERSION": config.get("Version", "$LATEST"),
        "AWS_LAMBDA_LOG_STREAM_NAME": new_uuid(),
    }


def _failed(text: str, kind: str) -> Json:
    return {"body": {"errorMessage": text, "errorType": kind}, "error": True, "log": ""}
