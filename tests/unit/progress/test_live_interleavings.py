"""However writer, pusher, subscribers and the queue are interleaved, a client gets exactly the log."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fourfold.progress.delivery import REPLAY_LEASE_S
from fourfold.progress.ports import ConnectionGoneError, RunKey
from tests.examples import examples
from tests.unit.progress.live import PERSONA, WORKSPACE, CrashError, Crashes, Fate, Schedule, Service, World, run_id

pytestmark = pytest.mark.random

RUNS = [RunKey(WORKSPACE, run_id(number)) for number in (1, 2)]
LENGTH = 5

thorough = settings(max_examples=examples(40, 1000), deadline=None, suppress_health_check=list(HealthCheck))


def subscribe(**command: object) -> str:
    return json.dumps({"action": "subscribe", **command})


def seqs(world: World, connection_id: str, run: RunKey) -> list[int]:
    """What the client was sent of a run."""
    events = [json.loads(text) for text in world.received.get(connection_id, [])]
    return [event["seq"] for event in events if event.get("run_id") == run.run_id and "seq" in event]


def begun(before: int) -> World:
    """Both runs with their first `before` events, which are still in the stream: the pusher may be late."""
    world = World(logs={run: [] for run in RUNS})
    for run in RUNS:
        for _ in range(before):
            world.append(run, LENGTH)
    return world


def play(data: st.DataObject, world: World, commands: Mapping[str, Sequence[str]], crashes: int = 0) -> set[str]:
    """Everybody at once: two writers, the pusher in small batches, each client's commands, the queue.

    So many times a function is ended in the middle of its work. What stream and queue had given it they give again;
    returned are the clients whose own message was met: API Gateway tells them that it failed.
    """
    # A seed and not a draw for each step: hundreds of draws are slow, and nobody reads them.
    chance = random.Random(data.draw(st.integers(0, 2**32)))  # noqa: S311
    schedule, failed = Schedule(chance.randrange), set[str]()
    world.pause = Crashes(schedule, {*commands, "pusher", "queue"}, crashes, chance.random).pause
    service = Service(world)
    unwritten = {run: LENGTH - len(entries) for run, entries in world.logs.items()}

    def writer(run: RunKey) -> Callable[[], None]:
        def write() -> None:
            while unwritten[run]:
                world.append(run, LENGTH)
                unwritten[run] -= 1

        return write

    def client(name: str) -> Callable[[], None]:
        def speak() -> None:
            try:
                for text in commands[name]:
                    service.say(name, text)
            except CrashError:
                failed.add(name)
            except ConnectionGoneError:
                assert name in world.closed

        return speak

    def serving(serve: Callable[[], None]) -> Callable[[], None]:
        def until_written() -> None:
            while any(unwritten.values()):
                with suppress(CrashError):
                    world.pause()
                    serve()

        return until_written

    schedule.run(
        {
            **{f"writer of {run.run_id}": writer(run) for run in RUNS},
            "pusher": serving(lambda: service.push_all(size=3)),
            "queue": serving(service.catch_up),
            **{name: client(name) for name in commands},
        }
    )
    world.pause = lambda: None
    world.fates.clear()
    world.lost_answers.clear()
    world.now += REPLAY_LEASE_S  # so long a message is not shown again; a test of the template holds that
    world.queued += world.returning
    service.push_all()
    service.catch_up()
    return failed


@thorough
@given(data=st.data(), after=st.integers(0, LENGTH), ahead=st.integers(0, LENGTH))
def test_a_run_s_subscriber_gets_each_later_event_once(data: st.DataObject, after: int, ahead: int) -> None:
    world = begun(max(after, ahead))
    play(
        data, world, {"one": [subscribe(run_id=RUNS[0].run_id, after=after)], "two": [subscribe(run_id=RUNS[1].run_id)]}
    )
    assert seqs(world, "one", RUNS[0]) == list(range(after + 1, LENGTH + 1))
    assert seqs(world, "one", RUNS[1]) == []
    assert seqs(world, "two", RUNS[1]) == list(range(1, LENGTH + 1))
    assert world.counted["one"] == set(), "a run's subscription ends with the run"


@thorough
@given(data=st.data(), before=st.integers(0, LENGTH), known=st.integers(0, LENGTH))
def test_followers_of_a_persona_get_all_its_runs(data: st.DataObject, before: int, known: int) -> None:
    world = begun(before)
    known = min(known, before)
    after = {RUNS[0].run_id: known} if known else {}
    play(data, world, {"one": [subscribe(persona_id=PERSONA, after=after)]})
    assert seqs(world, "one", RUNS[0]) == list(range(known + 1, LENGTH + 1))
    assert seqs(world, "one", RUNS[1]) == list(range(1, LENGTH + 1))


@thorough
@given(data=st.data(), before=st.integers(0, LENGTH - 1))
def test_followers_of_a_workspace_get_every_run_from_its_beginning_or_not_at_all(
    data: st.DataObject, before: int
) -> None:
    world = begun(before)
    play(data, world, {"one": [subscribe(workspace=True)]})
    for run in RUNS:
        # A run that was over when the client came is none of its business - unless its end was still to be pushed.
        assert seqs(world, "one", run) in (list(range(1, LENGTH + 1)), [])


@thorough
@given(data=st.data(), before=st.integers(0, LENGTH - 1))
def test_overlapping_subscriptions_send_nothing_twice(data: st.DataObject, before: int) -> None:
    world = begun(before)
    commands = [subscribe(persona_id=PERSONA), subscribe(run_id=RUNS[0].run_id), subscribe(workspace=True)]
    play(data, world, {"one": data.draw(st.permutations(commands)), "two": [commands[1], commands[1]]})
    for run in RUNS:
        assert seqs(world, "one", run) == list(range(1, LENGTH + 1))
    assert seqs(world, "two", RUNS[0]) == list(range(1, LENGTH + 1))


@thorough
@given(data=st.data(), fates=st.lists(st.sampled_from([Fate.DONE, Fate.REFUSED]), max_size=12))
def test_a_connection_that_refuses_now_and_then_still_gets_everything_once(
    data: st.DataObject, fates: list[Fate]
) -> None:
    world = begun(2)
    world.fates = list(fates)
    play(data, world, {"one": [subscribe(run_id=RUNS[0].run_id)], "two": [subscribe(persona_id=PERSONA)]})
    assert seqs(world, "one", RUNS[0]) == list(range(1, LENGTH + 1))
    for run in RUNS:
        assert seqs(world, "two", run) == list(range(1, LENGTH + 1))


@thorough
@given(data=st.data())
def test_a_stream_that_comes_twice_and_in_disorder_is_no_different(data: st.DataObject) -> None:
    """DynamoDB keeps the order of an item's changes; that of different items' is not promised."""
    world = begun(0)
    service = Service(world)
    service.say("one", subscribe(persona_id=PERSONA))
    service.say("two", subscribe(run_id=RUNS[0].run_id))
    for run in RUNS:
        for _ in range(LENGTH):
            world.append(run, LENGTH)
    records = list(world.stream)
    world.stream = data.draw(st.permutations(records + data.draw(st.lists(st.sampled_from(records), max_size=4))))
    service.push_all(size=data.draw(st.integers(1, 4)))
    assert seqs(world, "two", RUNS[0]) == list(range(1, LENGTH + 1))
    for run in RUNS:
        assert seqs(world, "one", run) == list(range(1, LENGTH + 1))


@settings(thorough, max_examples=examples(160, 3000))
@given(
    data=st.data(),
    fates=st.lists(st.sampled_from(list(Fate)), max_size=16),
    lost=st.lists(st.booleans(), max_size=16),
    crashes=st.integers(0, 4),
    ahead=st.integers(0, LENGTH),
)
def test_nothing_comes_twice_whatever_crashes_and_who_misses_something_is_told(
    data: st.DataObject, fates: list[Fate], lost: list[bool], crashes: int, ahead: int
) -> None:
    """Functions end in mid-work, messages and closings are refused, and answers are lost."""
    world = begun(ahead)
    world.lost_answers = list(lost)
    world.fates = list(fates)
    commands = {
        "run": [subscribe(run_id=RUNS[0].run_id)],
        "persona": [subscribe(persona_id=PERSONA)],
        "workspace": [subscribe(workspace=True)],
        "both": [subscribe(run_id=RUNS[0].run_id), subscribe(persona_id=PERSONA)],
    }
    failed = play(data, world, commands, crashes)
    for name in commands:
        for run in RUNS:
            got = seqs(world, name, run)
            assert got == list(range(1, len(got) + 1))
    over = [list(range(1, LENGTH + 1)), []]  # see the test of a workspace's followers
    for name in commands.keys() - failed - set(world.closed):
        assert seqs(world, name, RUNS[0]) in over[: 2 if name == "workspace" else 1]
        assert seqs(world, name, RUNS[1]) in over[1 if name == "run" else 0 : 2 if name in {"run", "workspace"} else 1]
