"""The rate limit: never more than the limit in a window, however the requests fall on processes."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.rate_limit import WINDOW_S, RateLimiter, Reservation


class Store:
    """Windows in memory; counts how often it is asked."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.windows: dict[str, tuple[int, float]] = {}
        self.asked = 0

    def reserve(self, key_id: str, count: int, limit: int) -> Reservation:
        self.asked += 1
        used, closes = self.windows.get(key_id, (0, 0.0))
        if closes <= self.now:
            used, closes = 0, self.now + WINDOW_S
        granted = min(count, max(0, limit - used))
        self.windows[key_id] = (used + granted, closes)
        return Reservation(granted, used + granted, closes)

    def process(self) -> RateLimiter:
        return RateLimiter(self, lambda: self.now)


@settings(max_examples=200, deadline=None)
@given(limit=st.integers(1, 300), processes=st.integers(1, 8), seed=st.integers(0, 2**32))
def test_a_window_never_holds_more_than_the_limit_and_wastes_little(limit: int, processes: int, seed: int) -> None:
    store, chance = Store(), random.Random(seed)  # noqa: S311 - a test repeats
    served = [store.process() for _ in range(processes)]
    let_through = sum(chance.choice(served).take("key", limit).allowed for _ in range(2 * limit + 50))
    assert let_through <= limit
    assert let_through >= limit - (processes - 1) * (limit // WINDOW_S)


def test_one_process_lets_exactly_the_limit_through() -> None:
    store = Store()
    process = store.process()
    rates = [process.take("key", 600) for _ in range(700)]
    assert [rate.allowed for rate in rates] == [True] * 600 + [False] * 100
    assert [rate.remaining for rate in rates[:600]] == list(range(599, -1, -1))
    assert {rate.reset_s for rate in rates} == {WINDOW_S}
    assert store.asked < 90, "most requests ask nobody"


def test_what_is_refused_asks_nobody() -> None:
    store = Store()
    process = store.process()
    for _ in range(4):
        process.take("key", 3)
    before = store.asked
    assert not any(process.take("key", 3).allowed for _ in range(100))
    assert store.asked == before


def test_the_next_window_starts_anew() -> None:
    store = Store()
    process = store.process()
    assert [process.take("key", 2).allowed for _ in range(3)] == [True, True, False]
    store.now += WINDOW_S - 0.5
    late = process.take("key", 2)
    assert (late.allowed, late.reset_s) == (False, 1)
    store.now += 0.5
    assert [process.take("key", 2).allowed for _ in range(3)] == [True, True, False]


def test_what_a_process_kept_of_a_window_is_no_good_in_the_next() -> None:
    store = Store()
    one, other = store.process(), store.process()
    one.take("key", 120)  # reserves two, spends one
    store.now += WINDOW_S
    assert sum(other.take("key", 120).allowed for _ in range(200)) == 120
    assert not one.take("key", 120).allowed


@pytest.mark.parametrize(("before", "after"), [(10, 4), (4, 10)])
def test_another_limit_holds_at_once(before: int, after: int) -> None:
    store = Store()
    process = store.process()
    for _ in range(3):
        assert process.take("key", before).allowed
    assert sum(process.take("key", after).allowed for _ in range(20)) == after - 3


def test_keys_do_not_share_a_window() -> None:
    process = Store().process()
    assert [process.take(key, 1).allowed for key in ("a", "b", "a", "b")] == [True, True, False, False]
