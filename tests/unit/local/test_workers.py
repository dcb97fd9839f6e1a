"""Bridge: MiniStack starts a process for every invocation that finds no idle worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.core import lambda_runtime

from infra.local.bridges.worker_pool import CONCURRENT_STARTS, WaitingPool

CONFIG = {"FunctionArn": "arn:aws:lambda:us-east-1:000000000000:function:step", "Runtime": "python3.14"}
PATIENCE = 0.2


class Starts:
    """Counts the workers started and how many at a time; each takes `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.count = self.at_once = self.most_at_once = 0
        self._seconds = seconds
        self._lock = threading.Lock()

    def __call__(self, _worker: Any) -> None:
        with self._lock:
            self.count += 1
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self._seconds)
        with self._lock:
            self.at_once -= 1


@pytest.fixture(autouse=True)
def _no_workers() -> Iterator[None]:
    lambda_runtime.reset()
    yield
    lambda_runtime.reset()


def _invoke(pool: WaitingPool, seconds: float) -> Any:
    worker, _ = pool.acquire("step", CONFIG, b"")
    time.sleep(seconds)
    lambda_runtime.release_worker(worker)
    return worker


def _invoke_at_once(pool: WaitingPool, count: int, seconds: float) -> set[int]:
    used: list[int] = []
    threads = [threading.Thread(target=lambda: used.append(id(_invoke(pool, seconds)))) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(used) == count
    return set(used)


def test_ministack_alone_would_start_one_for_each() -> None:
    """If this fails, MiniStack bounds its pool by itself and the bridge may go."""
    leases = [lambda_runtime.acquire_worker("step", CONFIG, b"") for _ in range(3)]

    assert [how for _, how in leases] == ["spawn"] * 3


def test_short_invocations_share_one_worker() -> None:
    starts = Starts()

    used = _invoke_at_once(WaitingPool(lambda_runtime.acquire_worker, starts, PATIENCE), 10, 0.005)

    assert len(used) == 1
    assert starts.count == 0  # the first one starts in its own invocation, as ever


def test_long_invocations_get_one_each_but_few_start_at_a_time() -> None:
    starts = Starts(0.05)

    used = _invoke_at_once(WaitingPool(lambda_runtime.acquire_worker, starts, PATIENCE), 6, 2.0)

    assert len(used) == 6
    assert starts.count == 5
    assert starts.most_at_once <= CONCURRENT_STARTS
