"""What a process keeps is made once, however many threads ask first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from fourfold.made_once import MadeOnce


def test_threads_that_ask_at_once_get_one_result_for_each_argument() -> None:
    made: list[str] = []

    @MadeOnce
    def client(name: str) -> object:
        made.append(name)
        time.sleep(0.02)
        return object()

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(lambda number: client(f"c{number % 2}"), range(16)))
    assert sorted(made) == ["c0", "c1"]
    assert len(set(map(id, results))) == 2
    client.cache_clear()
    assert client("c0") not in results


def test_a_failure_is_not_kept() -> None:
    outcomes = iter([ValueError("not yet"), None])

    @MadeOnce
    def client() -> str:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return "made"

    with pytest.raises(ValueError, match="not yet"):
        client()
    assert client() == "made"
