"""Lambda workers: warm soon after the start, and not more of them than a laptop bears.

Warm-up stands for provisioned concurrency: the environments are started, no handler is called.

Bridge: MiniStack starts a new process for every invocation that finds none idle. Twenty runs at a time would
start twenty processes for each of eight functions, although the one that is there is free again in milliseconds.
Here an invocation waits a moment for a worker to become free and starts one more only when none did, two at a time;
a step that waits long for a real model soon has as many workers as runs. The moment is short where workers are forked
(their start and first call cost a tenth of a second of CPU, a fresh interpreter's most of a second).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 0.5
PATIENCE_WITH_FORKS_SECONDS = 0.1
POLL_SECONDS = 0.002
STARTING_AT_ONCE = 2

logger = logging.getLogger(__name__)

Lease = tuple[Any, str]


class PatientPool:
    """MiniStack's worker pool, in which a caller waits `patience` seconds for an idle worker before it starts one.

    `acquire` and `start` are MiniStack's `acquire_worker` and `ensure_spawned`.
    """

    def __init__(self, acquire: Callable[..., Lease], start: Callable[[Any], None], patience: float) -> None:
        self._acquire = acquire
        self._start = start
        self._patience = patience
        self._starts = threading.Semaphore(STARTING_AT_ONCE)

    def acquire(
        self,
        func_name: str,
        config: dict[str, Any],
        code_zip: bytes,
        qualifier: str = "$LATEST",
        max_concurrency: int | None = None,
    ) -> Lease:
        """Has the signature of `acquire_worker`, whose place it takes."""
        asked_at = time.monotonic()
        while True:
            # A ceiling of one makes MiniStack answer "none is free" instead of starting another.
            worker, how = self._acquire(func_name, config, code_zip, qualifier, max_concurrency=1)
            if worker is not None:
                return worker, how
            if time.monotonic() - asked_at > self._patience and self._starts.acquire(blocking=False):
                try:
                    worker, how = self._acquire(func_name, config, code_zip, qualifier, max_concurrency)
                    if how == "spawn":
                        self._start(worker)
                finally:
                    self._starts.release()
                return worker, how
            time.sleep(POLL_SECONDS)


def install_patient_pool(patience: float) -> None:
    """Make MiniStack's invocations wait for a worker before they start one more."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc

    lambda_svc.acquire_worker = PatientPool(
        lambda_runtime.acquire_worker, lambda_runtime.ensure_spawned, patience
    ).acquire
