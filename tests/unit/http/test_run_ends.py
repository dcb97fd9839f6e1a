"""Waiting for a run to end: by polls that all who wait share, and at once when the run's end is announced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing

import pytest

from fourfold.http import run_ends
from fourfold.http.run_ends import RunEnds
from fourfold.progress.ports import RunKey

RUN = RunKey("ws_x", "run_x")


async def _never() -> bool:
    return False


async def _always() -> bool:
    return True


class Runs:
    """Runs that end after some polls; `asked` is what each poll asked for."""

    def __init__(self, ends_at_poll: int) -> None:
        self.asked: list[Sequence[RunKey]] = []
        self._ends_at_poll = ends_at_poll

    async def find(self, runs: Sequence[RunKey]) -> Collection[RunKey]:
        self.asked.append(runs)
        return runs if len(self.asked) >= self._ends_at_poll else ()


async def _polls_of(waiting: AsyncGenerator[None]) -> int:
    """How many polls found the run running."""
    return len([None async for _ in waiting])


def test_a_wait_returns_once_the_run_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_ends, "pause_after", lambda _silent_s, _waiting: 0.0)
    runs = Runs(ends_at_poll=3)
    assert asyncio.run(_polls_of(RunEnds(runs.find).wait(RUN, _never))) == 2
    assert runs.asked == [[RUN]] * 3


def test_a_lost_run_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_ends, "CHECK_ENDED_EVERY_S", 0.0)
    assert asyncio.run(_polls_of(RunEnds(Runs(ends_at_poll=100).find).wait(RUN, _always))) == 1


def test_an_announced_end_is_looked_at_without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_ends, "pause_after", lambda _silent_s, _waiting: 60.0)
    runs = Runs(ends_at_poll=1)

    async def go() -> int:
        ends = RunEnds(runs.find)
        waiting = asyncio.create_task(_polls_of(ends.wait(RUN, _never)))
        await asyncio.sleep(0)
        ends.wake("run_of_another")
        await asyncio.to_thread(ends.wake, RUN.run_id)
        return await asyncio.wait_for(waiting, 10)

    assert asyncio.run(go()) == 0


def test_an_announcement_during_a_poll_is_not_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll may have read the record before the run ended."""
    monkeypatch.setattr(run_ends, "pause_after", lambda _silent_s, _waiting: 60.0)

    async def go() -> int:
        polls = 0

        async def find(runs: Sequence[RunKey]) -> Collection[RunKey]:
            nonlocal polls
            polls += 1
            if polls == 1:
                ends.wake(RUN.run_id)
                await asyncio.sleep(0)
                return ()
            return runs

        ends = RunEnds(find)
        waiting = asyncio.create_task(_polls_of(ends.wait(RUN, _never)))
        await asyncio.sleep(0)
        ends.wake(RUN.run_id)
        return await asyncio.wait_for(waiting, 10)

    assert asyncio.run(go()) == 1


def test_all_who_wait_are_answered_by_one_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_ends, "pause_after", lambda _silent_s, _waiting: 0.0)
    runs = Runs(ends_at_poll=2)

    async def go() -> None:
        ends = RunEnds(runs.find)
        await asyncio.gather(*(_polls_of(ends.wait(RunKey("ws_x", f"run_{n}"), _never)) for n in range(50)))

    asyncio.run(go())
    assert [len(asked) for asked in runs.asked] == [50, 50]


def test_one_who_leaves_is_woken_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_ends, "pause_after", lambda _silent_s, _waiting: 0.0)

    async def go() -> RunEnds:
        ends = RunEnds(Runs(ends_at_poll=100).find)
        async with aclosing(ends.wait(RUN, _never)) as polls:
            await anext(polls)
        return ends

    asyncio.run(go()).wake(RUN.run_id)  # its loop is closed: a waker that was kept would raise
