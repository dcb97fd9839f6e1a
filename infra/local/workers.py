"""Lambda workers: warm soon after the start, and not more of them than a laptop bears.

Warm-up stands for provisioned concurrency: the environments are started, no handler is called.

Bridge: MiniStack starts a new process for every invocation that finds none idle. Twenty runs at a time would
start twenty processes for each of eight functions, each costing half a second of CPU, although the one that is
there is free again in milliseconds. Here an invocation waits a moment for a worker to become free, and starts
one more only when none did; a step that waits long for a real model soon has as many workers as runs.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

PATIENCE_SECONDS = 0.5
POLL_SECONDS = 0.002
STARTING_AT_ONCE = 2

logger = logging.getLogger(__name__)

Lease = tuple[Any, str]


class PatientPool:
    """`acquire` of MiniStack's worker pool, in which a caller waits up to `patience` seconds for an idle worker."""

    def __init__(self, acquire: Callable[..., Lease], patience: float = PATIENCE_SECONDS) -> None:
        self._acquire = acquire
        self._patience = patience

    def acquire(
        self,
        func_name: str,
        config: dict[str, Any],
        code_zip: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> Lease:
        deadline = time.monotonic() + self._patience
        while True:
            # A ceiling of one makes MiniStack answer "none is free" instead of starting another.
            last_try = time.monotonic() >= deadline
            ceiling = max_concurrency if last_try else 1
            worker, how = self._acquire(func_name, config, code_zip, qualifier, max_concurrency=ceiling)
            if worker is not None or last_try:
                return worker, how
            time.sleep(POLL_SECONDS)


def install_patient_pool() -> None:
    """Make MiniStack's invocations wait for a worker before they start one more."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_svc.acquire_worker = PatientPool(lambda_runtime.acquire_worker).acquire


class WarmUp:
    """Starts one worker for each function, in the order given, in the background."""

    def __init__(self, function_arns: Iterable[str]) -> None:
        self._waiting = list(function_arns)
        self._lock = threading.Lock()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"warm-up-{number}", daemon=True)
            for number in range(STARTING_AT_ONCE)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def wait(self) -> None:
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        self._stopping = True
        self.wait()

    def _run(self) -> None:
        while not self._stopping:
            with self._lock:
                if not self._waiting:
                    return
                arn = self._waiting.pop(0)
            try:
                warm(arn)
            except Exception:  # a handler that cannot be imported shows itself in its first invocation too
                logger.exception("no worker could be started for %s", arn)


def warm(function_arn: str) -> None:
    """Start the function's worker unless it is there; an invocation that comes meanwhile waits for this one."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    function, config, name = lambda_svc._get_func_record_for_ref(function_arn)  # noqa: SLF001 - no call has the code
    if function and config and function.get("code_zip"):
        version = config.get("Version", "$LATEST")
        worker = lambda_runtime.get_or_create_worker(name, config, function["code_zip"], version)
        lambda_runtime.ensure_spawned(worker)
