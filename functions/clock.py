"""The clock of all functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

_further_clocks: tuple[Callable[[], datetime], ...] = ()


def now() -> datetime:
    """Returns the current time in UTC."""
    return datetime.now(UTC)


def judge_silence_by(clock: Callable[[], datetime]) -> None:
    """Adds a clock to those by which a silence must have been long; see `silence_now`."""
    global _further_clocks  # noqa: PLW0603 - once, as the process starts
    _further_clocks = (*_further_clocks, clock)


def silence_now() -> datetime:
    """Returns the earliest current time of all clocks: what has been silent for long by each of them is lost.

    On AWS there is one clock. The local server adds one that allows for a machine that sleeps or whose clock is set.
    """
    return min([now(), *(clock() for clock in _further_clocks)])
