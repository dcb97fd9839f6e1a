"""Bridge: MiniStack starts a process for every invocation that finds no idle worker.

Twenty runs at once would start twenty processes for each of eight functions, although the existing worker is idle again
within milliseconds. Here an invocation first waits for an idle worker, and starts another only after `idle_wait`
seconds, at most CONCURRENT_STARTS at a time. Where workers wait long for a real model, there are soon as many workers
as runs. The wait is shorter where workers are forked: a worker's start and first call then take 0.1 s of CPU, with a
fresh interpreter most of a second.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

IDLE_WAIT_SECONDS = 0.5
IDLE_WAIT_WITH_FORKS_SECONDS = 0.1
POLL_SECONDS = 0.002
CONCURRENT_STARTS = 2

logger = logging.getLogger(__name__)

Lease = tuple[Any, str]


class WaitingPool:
    """MiniStack's worker pool, with a wait for an idle worker before another is started.

    `acquire` and `start` are MiniStack's `acquire_worker` and `ensure_spawned`; `idle_wait` is in seconds.
    """

    def __init__(self, acquire: Callable[..., Lease], start: Callable[[Any], None], idle_wait: float) -> None:
        self._acquire = acquire
        self._start = start
        self._idle_wait = idle_wait
        self._starts = threading.Semaphore(CONCURRENT_STARTS)

    def acquire(
        self,
        func_name: str,
        config: dict[str, Any],
        code_zip: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> Lease:
        """Replaces `acquire_worker` and has its signature; returns the worker and how it was obtained."""
        asked_at = time.monotonic()
        while True:
            # With a maximum of one, MiniStack returns no worker instead of starting another.
            worker, how = self._acquire(func_name, config, code_zip, qualifier, max_concurrency=1)
            if worker is not None:
                return worker, how
            if time.monotonic() - asked_at > self._idle_wait and self._starts.acquire(blocking=False):
                try:
                    worker, how = self._acquire(func_name, config, code_zip, qualifier, max_concurrency)
                    if how == "spawn":
                        self._start(worker)
                finally:
                    self._starts.release()
                return worker, how
            time.sleep(POLL_SECONDS)


def install_waiting_pool(idle_wait: float) -> None:
    """Make MiniStack's invocations wait up to `idle_wait` seconds for an idle worker."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_svc.acquire_worker = WaitingPool(
        lambda_runtime.acquire_worker, lambda_runtime.ensure_spawned, idle_wait
    ).acquire
