"""The clock by which the API of this machine judges silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from infra.local.settled_clock import SettledClock

SETTLES = timedelta(minutes=32)
HOUR_S, START_S = 3600.0, 1_800_000_000.0
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Machine:
    """A wall clock and a monotonic clock."""

    def __init__(self) -> None:
        self.passed_s = 0.0
        self.set_s = 0.0
        self.clock = SettledClock(SETTLES, lambda: START_S + self.passed_s + self.set_s, lambda: self.passed_s)

    def right(self) -> datetime:
        return datetime.fromtimestamp(START_S + self.passed_s + self.set_s, UTC)


def test_a_clock_that_is_not_set_is_the_wall_clock() -> None:
    machine = Machine()
    for _ in range(10):
        machine.passed_s += HOUR_S
        machine.set_s += 0.5  # a time server keeps it right
        assert machine.clock() == machine.right()


@pytest.mark.parametrize("set_s", [-HOUR_S, HOUR_S], ids=["behind", "ahead, or the machine slept"])
def test_nothing_is_judged_until_the_clock_was_right_for_long(set_s: float) -> None:
    machine = Machine()
    machine.set_s = set_s
    assert machine.clock() == LONG_AGO
    machine.passed_s += SETTLES.total_seconds() - 1
    assert machine.clock() == LONG_AGO
    machine.passed_s += 1
    assert machine.clock() == machine.right()


def test_a_clock_that_is_set_and_set_back_between_two_judgements_is_noticed() -> None:
    machine = Machine()
    for machine.set_s in (HOUR_S, 0.0):
        machine.passed_s += 1
        machine.clock.look()
    assert machine.clock() == LONG_AGO
