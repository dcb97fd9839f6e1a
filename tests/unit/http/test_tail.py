"""Following a log: nothing lost, nothing twice, and not too many polls."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourfold.http import tail
from fourfold.http.tail import Tails
from fourfold.persona import PersonaStatus
from fourfold.progress.events import PipelineCompleted, RunEvent, RunStarted, StepStarted
from fourfold.progress.log import LogEntry
from fourfold.steps import STEP_ORDER
from tests.builders import START

STEPS: list[RunEvent] = [StepStarted(step=step, attempt=1) for step in STEP_ORDER]
EVENTS = [RunStarted(), *STEPS, PipelineCompleted(status=PersonaStatus.ACTIVE, duration_ms=1)]
LOG = [LogEntry(seq, START, "run_x", "per_x", event) for seq, event in enumerate(EVENTS, 1)]


async def _never() -> bool:
    return False


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


def _follow(growth: Sequence[int], after: int) -> list[int]:
    """The numbers a follower gets while the log grows as `growth` says, one step for each poll."""
    lengths = itertools.chain(itertools.accumulate(growth), itertools.repeat(len(LOG)))

    async def read(seen: int) -> Sequence[LogEntry]:
        return [entry for entry in LOG[: next(lengths)] if entry.seq > seen]

    async def go() -> list[int]:
        return [entry.seq async for batch in Tails(_at_once).follow(read, after, _never) for entry in batch]

    return asyncio.run(go())


@given(st.lists(st.integers(0, 3), max_size=8), st.integers(0, len(LOG) - 1))
def test_every_entry_arrives_once_and_in_order(growth: list[int], after: int) -> None:
    assert _follow(growth, after) == list(range(after + 1, len(LOG) + 1))


def test_a_follower_of_a_run_that_is_over_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "CHECK_ENDED_EVERY_S", 0.0)

    async def nothing(_: int) -> Sequence[LogEntry]:
        return []

    async def over() -> bool:
        return True

    async def go() -> int:
        return len([batch async for batch in Tails(_at_once).follow(nothing, 0, over)])

    assert asyncio.run(go()) == 1


def test_pauses_grow_with_silence_and_with_the_number_of_followers() -> None:
    tails = Tails()
    quiet = (0.0, 0.25, 1.0, 2.5, 60.0)
    assert [tails._pause_after(seconds) for seconds in quiet] == pytest.approx([0.05, 0.05, 0.2, 0.5, 0.5])  # noqa: SLF001
    tails.followers = 100
    assert tails._pause_after(0.0) == 1.0  # noqa: SLF001 - 100 polls a second, whoever many follow


def test_a_follower_that_leaves_is_counted_out() -> None:
    tails = Tails(_at_once)

    async def read(_: int) -> Sequence[LogEntry]:
        return []

    async def go() -> None:
        async with aclosing(tails.follow(read, 0, _never)) as batches:
            await anext(batches)
            assert tails.followers == 1

    asyncio.run(go())
    assert tails.followers == 0
