"""Bridge: MiniStack has no provisioned concurrency; this starts one worker of each function before it is invoked.

Only the worker's process is started: no handler is called.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from infra.local.bridges.worker_pool import CONCURRENT_STARTS

logger = logging.getLogger(__name__)


class WarmUp:
    """Starts one worker for each function, in the order of the ARNs, on background threads."""

    def __init__(self, function_arns: Iterable[str]) -> None:
        self._waiting = list(function_arns)
        self._lock = threading.Lock()
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._run, name=f"warm-up-{number}", daemon=True)
            for number in range(CONCURRENT_STARTS)
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
            except Exception:  # the function's first invocation reports the same error to its caller
                logger.exception("no worker could be started for %s", arn)


def warm(function_arn: str) -> None:
    """Start the function's first worker unless there is one. An invocation during the start waits for it."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    function, config, name = lambda_svc._get_func_record_for_ref(function_arn)  # noqa: SLF001 - no call has the code
    if not function or not config or not function.get("code_zip"):
        return
    version = config.get("Version", "$LATEST")
    worker, _ = lambda_runtime.acquire_worker(name, config, function["code_zip"], version, max_concurrency=1)
    if worker is not None:
        lambda_runtime.release_worker(worker)
        lambda_runtime.ensure_spawned(worker)
