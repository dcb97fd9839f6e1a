"""What a client is answered, what it may have, and what becomes of connections that are gone, slow or forbidden."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from fourfold.progress.messages import MAX_AFTER_RUNS, MAX_SUBSCRIPTIONS
from fourfold.progress.ports import Follower, NotDeliveredError, RunKey, Subscriber, Topic
from tests.unit.progress.live import PERSONA, WORKSPACE, CrashError, Fate, Service, World, run_id

RUN = RunKey(WORKSPACE, run_id(1))
LENGTH = 4


@pytest.fixture
def world() -> World:
    """A run with two events that nobody follows."""
    world = World(logs={RUN: []})
    for _ in range(2):
        world.append(RUN, LENGTH)
    return world


def heard(world: World, connection_id: str) -> list[Any]:
    """What the client got, events as their numbers."""
    messages = [json.loads(text) for text in world.received.get(connection_id, [])]
    return [message.get("seq", message) for message in messages]


def error_of(world: World, text: str) -> dict[str, Any]:
    """The problem the message is answered with."""
    Service(world).say("one", text)
    [message] = heard(world, "one")
    assert message["type"] == "error"
    problem: dict[str, Any] = message["problem"]
    return problem


def test_an_ack_comes_before_what_was_missed_and_live_events_after(world: World) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "id": "a1", "run_id": RUN.run_id, "after": 1}))
    world.append(RUN, LENGTH)
    service.push_all()
    ack = {"type": "ack", "id": "a1", "action": "subscribe", "run_id": RUN.run_id}
    assert heard(world, "one") == [ack, 2, 3]


def test_a_ping_is_answered(world: World) -> None:
    Service(world).say("one", '{"action": "ping", "id": "now"}')
    assert heard(world, "one") == [{"type": "pong", "id": "now"}]


@pytest.mark.parametrize(
    ("text", "code", "pointers"),
    [
        ("no json", "invalid_json", []),
        ("[]", "invalid_json", []),
        ("[" * 15_000, "invalid_json", []),
        ("", "invalid_json", []),
        (" " * 200_000, "message_too_large", []),
        ('{"action": "dance"}', "unknown_action", []),
        ('{"action": "$connect"}', "unknown_action", []),
        ('{"action": ["subscribe"]}', "unknown_action", []),
        ("{}", "unknown_action", []),
        ('{"action": "subscribe"}', "invalid_message", [""]),
        (f'{{"action": "subscribe", "run_id": "{RUN.run_id}", "workspace": true}}', "invalid_message", [""]),
        ('{"action": "subscribe", "run_id": "run_1"}', "invalid_message", ["/run_id"]),
        ('{"action": "subscribe", "run_id": 7}', "invalid_message", ["/run_id"]),
        (f'{{"action": "subscribe", "run_id": "{RUN.run_id}", "after": -1}}', "invalid_message", ["/after"]),
        (f'{{"action": "subscribe", "run_id": "{RUN.run_id}", "after": "2"}}', "invalid_message", ["/after"]),
        (f'{{"action": "subscribe", "run_id": "{RUN.run_id}", "after": 3}}', "invalid_message", ["/after"]),
        (f'{{"action": "subscribe", "run_id": "{RUN.run_id}", "since": 3}}', "invalid_message", ["/since"]),
        ('{"action": "subscribe", "workspace": true, "after": 3}', "invalid_message", ["/after"]),
        ('{"action": "subscribe", "workspace": true, "after": {"x": 3}}', "invalid_message", ["/after/x"]),
        ('{"action": "subscribe", "workspace": false}', "invalid_message", ["/workspace"]),
        ('{"action": "ping", "id": 7}', "invalid_message", ["/id"]),
        ('{"action": "subscribe", "workspace": "ws_other"}', "not_found", []),
        ('{"action": "unsubscribe", "workspace": "ws_other"}', "not_found", []),
        (f'{{"action": "subscribe", "run_id": "{run_id(9)}"}}', "not_found", []),
        ('{"action": "subscribe", "persona_id": "per_01kaqf0c5v3y9m2t8z4n6r1w00"}', "not_found", []),
    ],
)
def test_a_message_that_cannot_be_carried_out_is_answered_with_a_problem(
    world: World, text: str, code: str, pointers: list[str]
) -> None:
    problem = error_of(world, text)
    assert (problem["code"], [error["pointer"] for error in problem.get("errors", [])]) == (code, pointers)
    assert problem["detail"]
    assert world.closed == []


def test_another_workspace_s_run_is_not_found_and_its_events_go_nowhere_else(world: World) -> None:
    service = Service(world)
    service.say("stranger", json.dumps({"action": "subscribe", "run_id": RUN.run_id}), workspace_id="ws_two")
    service.say("neighbour", '{"action": "subscribe", "workspace": true}', workspace_id="ws_two")
    world.append(RUN, LENGTH)
    service.push_all()
    assert [message["problem"]["code"] for message in heard(world, "stranger")] == ["not_found"]
    assert [message["type"] for message in heard(world, "neighbour")] == ["ack"]


def test_a_connection_has_a_hundred_subscriptions_and_those_of_runs_that_are_over_do_not_count(world: World) -> None:
    service = Service(world)
    runs = [RunKey(WORKSPACE, f"run_01kaqf0c5v3y9m2t8z4n6r1{number:03d}") for number in range(MAX_SUBSCRIPTIONS + 1)]
    for run in runs:
        world.append(run, LENGTH)
    for run in runs:
        service.say("one", json.dumps({"action": "subscribe", "run_id": run.run_id}))
    assert heard(world, "one")[-1]["problem"]["code"] == "too_many_subscriptions"
    assert len(world.counted["one"]) == MAX_SUBSCRIPTIONS
    for _ in range(LENGTH - 1):
        world.append(runs[0], LENGTH)
    service.push_all()
    service.say("one", json.dumps({"action": "subscribe", "run_id": runs[-1].run_id}))
    assert heard(world, "one")[-2:] == [{"type": "ack", "action": "subscribe", "run_id": runs[-1].run_id}, 1]


def test_a_run_that_is_over_and_known_takes_no_place(world: World) -> None:
    for _ in range(2):
        world.append(RUN, LENGTH)
    Service(world).say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id, "after": LENGTH}))
    assert [message["type"] for message in heard(world, "one")] == ["ack"]
    assert (world.counted["one"], world.table) == (set(), {})


@pytest.mark.parametrize("target", [{"run_id": RUN.run_id}, {"persona_id": PERSONA}, {"workspace": True}], ids=str)
def test_after_unsubscribing_nothing_comes_and_coming_back_resumes(world: World, target: dict[str, Any]) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", **target}))
    service.say("one", json.dumps({"action": "unsubscribe", **target}))
    world.append(RUN, LENGTH)
    service.push_all()
    assert [one for one in heard(world, "one") if isinstance(one, int)] == [1, 2]
    after = 2 if "run_id" in target else {RUN.run_id: 2}
    service.say("one", json.dumps({"action": "subscribe", **target, "after": after}))
    world.append(RUN, LENGTH)
    service.push_all()
    assert [one for one in heard(world, "one") if isinstance(one, int)] == [1, 2, 3, 4]


def test_a_gone_connection_is_forgotten(world: World) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    service.say("one", '{"action": "subscribe", "workspace": true}')
    world.gone.add("one")
    world.append(RUN, LENGTH)
    service.push_all()
    assert (world.table, "one" in world.counted) == ({}, False)
    assert not any(world.topics.values())


def test_a_connection_whose_key_is_gone_is_cut_off_before_it_gets_another_event(world: World) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.readable = lambda key, _workspace: key != "key of one"
    world.append(RUN, LENGTH)
    Service(world).push_all()
    assert world.closed == ["one"]
    assert heard(world, "one")[1:] == [1, 2]
    assert world.table == {}


def test_a_slow_connection_waits_in_the_queue_and_delays_nobody(world: World) -> None:
    service = Service(world)
    for name in ("slow", "fast"):
        service.say(name, json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.fates = [Fate.REFUSED]
    world.append(RUN, LENGTH)
    service.push_all()
    world.append(RUN, LENGTH)
    service.push_all()
    assert heard(world, "slow")[1:] == [1, 2], "one who is behind is not sent a later event first"
    assert heard(world, "fast")[1:] == [1, 2, 3, 4]
    world.fates = [Fate.REFUSED]
    with pytest.raises(NotDeliveredError):  # the queue brings it back, and in the end among the dead letters
        service.delivery.resume(RUN, "slow")
    service.catch_up()
    assert heard(world, "slow")[1:] == [1, 2, 3, 4]


def test_who_waits_in_the_queue_for_long_is_put_there_again_by_the_next_event(world: World) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.fates = [Fate.REFUSED]
    world.append(RUN, LENGTH)
    service.push_all()
    world.queued.clear()  # its message ended among the dead letters
    world.now += 60
    world.append(RUN, LENGTH)
    service.push_all()
    service.catch_up()
    assert heard(world, "one")[1:] == [1, 2, 3, 4]


def test_who_was_in_the_middle_of_a_replay_that_died_is_cut_off(world: World) -> None:
    dead = replace(follower_of(world), holder="a function that was ended", lease_until=world.now + 60)
    world.table = {(RUN, "one"): dead}
    world.append(RUN, LENGTH)
    Service(world).push_all()
    assert world.queued == [], "it may still be at it"
    world.now += 120
    world.append(RUN, LENGTH)
    Service(world).push_all()
    assert (heard(world, "one"), world.closed) == ([], ["one"]), "nobody knows how far that function came"
    assert world.table == {}


@pytest.mark.parametrize("fate", [Fate.DONE_UNHEARD, Fate.LOST_UNHEARD])
def test_who_may_or_may_not_have_been_sent_an_event_is_cut_off(world: World, fate: Fate) -> None:
    service = Service(world)
    for name in ("one", "two"):
        service.say(name, json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.fates = [fate]
    world.append(RUN, LENGTH)
    world.append(RUN, LENGTH)
    service.push_all()
    assert world.closed == ["one"]
    assert heard(world, "one")[1:] in ([1, 2], [1, 2, 3])
    assert heard(world, "two")[1:] == [1, 2, 3, 4]
    assert {connection for _, connection in world.table} == {"two"}


def test_who_cannot_be_cut_off_now_is_cut_off_later_and_sent_nothing_meanwhile(world: World) -> None:
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.fates = [Fate.LOST_UNHEARD, Fate.REFUSED]
    world.append(RUN, LENGTH)
    service.push_all()
    world.append(RUN, LENGTH)
    service.push_all()
    assert (heard(world, "one")[1:], world.closed) == ([1, 2], [])
    service.catch_up()
    assert world.closed == ["one"]


def test_one_connection_s_fault_ends_it_and_no_other(world: World) -> None:
    service = Service(world)
    for name in ("one", "two"):
        service.say(name, json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    send = world.send
    world.send = lambda to, text: send(to, text) if to != "one" else 1 // 0  # type: ignore[assignment,method-assign]
    world.append(RUN, LENGTH)
    batch = list(world.stream)
    assert [type(error) for error in service.pusher.push(batch)] == [ZeroDivisionError]
    assert (heard(world, "one")[1:], heard(world, "two")[1:]) == ([1, 2], [1, 2, 3])
    assert world.closed == ["one"]


def test_a_key_that_cannot_be_looked_up_stops_the_batch_before_anything_is_sent(world: World) -> None:
    out_of_reach = list[bool]()
    world.readable = lambda *_: not out_of_reach or bool(1 // 0)
    service = Service(world)
    service.say("one", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    world.append(RUN, LENGTH)
    out_of_reach.append(True)
    with pytest.raises(ZeroDivisionError):
        service.push_all()
    out_of_reach.clear()
    service.push_all()
    assert (heard(world, "one")[1:], world.closed) == ([1, 2, 3], [])


def test_who_was_replayed_to_by_a_push_that_was_cut_off_is_ended(world: World) -> None:
    """The one who subscribed to the persona in mid-run is welcomed by the pusher, with a replay."""
    service = Service(world)
    world.topics = {Topic(WORKSPACE, PERSONA): {"one": Subscriber("one", "key of one", {RUN.run_id: 1})}}
    world.append(RUN, LENGTH)
    send = world.send

    def ended(connection_id: str, text: str) -> None:
        send(connection_id, text)
        raise CrashError

    world.send = ended  # type: ignore[method-assign]
    with pytest.raises(CrashError):
        service.push_all()
    world.send = send  # type: ignore[method-assign]
    service.push_all()
    assert (heard(world, "one"), world.closed) == ([2], ["one"])


def follower_of(world: World) -> Follower:
    """A follower of the run that has been sent nothing yet."""
    assert world.table == {}
    return Follower("one", "key of one", 0, direct=True)


def test_a_push_costs_two_writes_however_many_follow_and_none_if_nobody_does(world: World) -> None:
    service = Service(world)
    service.push_all()
    assert world.writes == 0
    for number in range(20):
        service.say(f"client {number}", json.dumps({"action": "subscribe", "run_id": RUN.run_id}))
    before = world.writes
    world.append(RUN, LENGTH)
    service.push_all()
    assert world.writes == before + 2


def test_events_of_a_type_nobody_knows_yet_are_delivered(world: World) -> None:
    assert '"job.progress"' in world.logs[RUN][0].text


def test_a_client_may_name_two_hundred_runs_it_knows(world: World) -> None:
    after = {f"run_01kaqf0c5v3y9m2t8z4n6r1{number:03d}": 3 for number in range(MAX_AFTER_RUNS)}
    text = json.dumps({"action": "subscribe", "workspace": True, "after": after})
    Service(world).say("one", text)
    assert heard(world, "one")[0]["type"] == "ack"
