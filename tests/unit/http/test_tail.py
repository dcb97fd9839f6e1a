"""Following a log: nothing lost, nothing twice, and not too many polls."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fourfold.http import shared_poll, tail
from fourfold.http.tail import Tails
from fourfold.persona import PersonaStatus
from fourfold.progress.events import PipelineCompleted, RunEvent, RunStarted, StepStarted
from fourfold.progress.log import LogEntry, LogPlace
from fourfold.steps import STEP_ORDER
from tests.builders import START

STEPS: list[RunEvent] = [StepStarted(step=step, attempt=1) for step in STEP_ORDER]
EVENTS = [RunStarted(), *STEPS, PipelineCompleted(status=PersonaStatus.ACTIVE, duration_ms=1)]
LOG = [LogEntry(seq, START, "run_x", "per_x", event) for seq, event in enumerate(EVENTS, 1)]


async def _never() -> bool:
    return False


async def _at_once(_: float) -> None:
    await asyncio.sleep(0)


async def _all(places: Sequence[LogPlace]) -> Sequence[LogPlace]:
    return places


async def _none(_: Sequence[LogPlace]) -> Sequence[LogPlace]:
    return ()


@pytest.fixture(autouse=True)
def _polls_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_poll, "INTERVAL_S", 0.0)


def _follow(growth: Sequence[int], after: int) -> list[int]:
    """The numbers a follower gets while the log grows as `growth` says, one step for each poll."""
    lengths = itertools.chain(itertools.accumulate(growth), itertools.repeat(len(LOG)))

    async def read(seen: int) -> Sequence[LogEntry]:
        return [entry for entry in LOG[: next(lengths)] if entry.seq > seen]

    async def go() -> list[int]:
        batches = Tails(_all, _at_once).follow("ws_x", "run_x", read, after, _never)
        return [entry.seq async for batch in batches for entry in batch]

    return asyncio.run(go())


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), max_size=8), st.integers(0, len(LOG) - 1))
def test_every_entry_arrives_once_and_in_order(growth: list[int], after: int) -> None:
    assert _follow(growth, after) == list(range(after + 1, len(LOG) + 1))


def test_a_follower_of_a_run_that_is_over_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tail, "CHECK_ENDED_EVERY_S", 0.0)

    async def nothing(_: int) -> Sequence[LogEntry]:
        return []

    async def over() -> bool:
        return True

    async def go() -> list[Sequence[LogEntry]]:
        return [batch async for batch in Tails(_none, _at_once).follow("ws_x", "run_x", nothing, 0, over)]

    assert not any(asyncio.run(go()))


def test_the_last_entry_of_a_log_that_is_deleted_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A deletion removes all entries but the last, so the next number never comes."""
    monkeypatch.setattr(tail, "CHECK_ENDED_EVERY_S", 0.0)
    readings = iter([LOG[:2], LOG[-1:]])

    async def read(_: int) -> Sequence[LogEntry]:
        return next(readings)

    async def over() -> bool:
        return True

    async def go() -> list[int]:
        batches = Tails(_none, _at_once).follow("ws_x", "run_x", read, 0, over)
        return [entry.seq async for batch in batches for entry in batch]

    assert asyncio.run(go()) == [1, 2, len(LOG)]


def test_pauses_grow_with_silence() -> None:
    quiet = (0.0, 0.5, 1.0, 2.0, 60.0)
    assert [tail.pause_after(seconds, 1) for seconds in quiet] == pytest.approx([0.05, 0.05, 0.1, 0.2, 0.2])


@pytest.mark.parametrize("followers", [1, 20, 50, 400])
def test_a_process_reads_at_most_fifty_times_a_second_for_all_its_followers(followers: int) -> None:
    assert followers / tail.pause_after(0.0, followers) <= 50.001


def test_fifty_followers_poll_by_one_request_at_a_time() -> None:
    requests: list[int] = []
    arrived = dict.fromkeys(range(50), False)

    async def find(places: Sequence[LogPlace]) -> Sequence[LogPlace]:
        requests.append(len(places))
        await asyncio.sleep(0.01)
        return places if len(requests) > 1 else ()

    async def go() -> None:
        tails = Tails(find, _at_once)

        async def follow(number: int) -> None:
            readings = iter([[], LOG])

            async def read(_: int) -> Sequence[LogEntry]:
                return next(readings)

            async for batch in tails.follow("ws_x", f"run_{number}", read, 0, _never):
                arrived[number] = arrived[number] or bool(batch)

        await asyncio.gather(*map(follow, arrived))

    asyncio.run(go())
    assert all(arrived.values())
    assert len(requests) <= 4
    assert max(requests) >= 49


def test_a_poll_that_fails_reaches_every_follower() -> None:
    async def find(_: Sequence[LogPlace]) -> Sequence[LogPlace]:
        raise OSError

    async def read(_: int) -> Sequence[LogEntry]:
        return []

    async def follow(tails: Tails) -> None:
        async for _ in tails.follow("ws_x", "run_x", read, 0, _never):
            pass

    async def go() -> list[BaseException | None]:
        tails = Tails(find, _at_once)
        return await asyncio.gather(*(follow(tails) for _ in range(3)), return_exceptions=True)

    assert [type(failed) for failed in asyncio.run(go())] == [OSError] * 3


def test_a_follower_that_leaves_is_counted_out() -> None:
    tails = Tails(_none, _at_once)

    async def read(_: int) -> Sequence[LogEntry]:
        return []

    async def go() -> None:
        async with aclosing(tails.follow("ws_x", "run_x", read, 0, _never)) as batches:
            await anext(batches)
            assert tails.followers == 1

    asyncio.run(go())
    assert tails.followers == 0
