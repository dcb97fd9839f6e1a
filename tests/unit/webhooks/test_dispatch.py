"""From an event to its deliveries: once each, on schedule, and out of everybody else's way."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise

import pytest

from fourfold.webhooks.delivery import DeliveryStatus
from fourfold.webhooks.dispatch import Done, Retry
from fourfold.webhooks.endpoint import Endpoint
from fourfold.webhooks.queues import Lane, ScheduledDelivery
from fourfold.webhooks.retry_schedule import delay_before_next
from fourfold.webhooks.sender import AttemptOutcome
from tests.unit.webhooks.conftest import OK, ScriptedSender, World

DOWN = AttemptOutcome("connection_failed", None, 3)
BROKEN = AttemptOutcome("http_error", 500, 40)
GONE = AttemptOutcome("http_error", 410, 40)
NOW, MINUTE = timedelta(), timedelta(minutes=1)


def only_order(world: World) -> ScheduledDelivery:
    ((_, order, _),) = world.happens()
    return order


def seconds(follows: Retry | Done) -> float:
    assert isinstance(follows, Retry)
    return follows.wait.total_seconds()


# Fan-out


def test_every_endpoint_that_wants_the_event_gets_it_and_no_other(world: World) -> None:
    wanting = {world.endpoint("persona.created").id, world.endpoint("*").id, world.endpoint("x", "persona.created").id}
    world.endpoint("persona.flagged")
    world.endpoint("persona")
    world.endpoint("*", workspace="ws_b")
    off = world.endpoint("*")
    world.store.save(off.turned_off(world.at))
    assert {order.endpoint_id for _, order, _ in world.happens()} == wanting


def test_an_event_that_comes_twice_is_delivered_once(world: World) -> None:
    world.endpoint()
    first, again = only_order(world), only_order(world)
    assert first == again
    assert world.dispatch(first) == Done()
    assert world.dispatch(again) == Done()
    assert world.happens() == []
    assert len(world.sender.sent) == 1


def test_a_failed_delivery_is_not_ordered_anew_by_the_event_coming_again(world: World) -> None:
    world.endpoint()
    world.sender.outcomes = [DOWN]
    world.dispatch(only_order(world))
    assert world.happens() == []


def test_the_body_is_type_timestamp_and_data(world: World) -> None:
    world.endpoint()
    world.dispatch(only_order(world))
    ((url, headers, body),) = world.sender.sent
    assert url == "https://example.com/hooks"
    assert json.loads(body) == {"type": "persona.created", "timestamp": "2026-11-23T09:00:00.000Z", "data": {"n": 1}}
    assert headers["webhook-id"] == "evt_1"


# Attempts


def test_two_workers_with_the_same_order_make_one_attempt(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    claim = world.store.claim(endpoint.id, order.delivery_id, world.at, world.at + timedelta(seconds=30))
    assert claim is not None
    follows = world.dispatch(order)
    assert not world.sender.sent
    assert seconds(follows) == 30  # it looks again when the other must be done, in case it was not


def test_an_attempt_whose_worker_died_is_made_again_after_its_time(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    world.store.claim(endpoint.id, order.delivery_id, world.at, world.at + timedelta(seconds=30))
    world.pass_(timedelta(seconds=31))
    assert world.dispatch(order) == Done()
    assert world.delivery(order).status is DeliveryStatus.DELIVERED


def test_a_worker_that_comes_back_late_changes_nothing(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    late = world.store.claim(endpoint.id, order.delivery_id, world.at, world.at + timedelta(seconds=30))
    assert late is not None
    world.pass_(timedelta(seconds=31))
    world.dispatch(order)
    done = world.delivery(order)
    world.store.record(late, done.attempts[0].model_copy(update={"result": "timed_out"}), dead="attempts_exhausted")
    assert world.delivery(order) == done


def test_the_schedule_is_kept_with_one_id_and_fresh_timestamps(world: World) -> None:
    world.endpoint()
    order = only_order(world)
    world.sender.outcomes = [DOWN, BROKEN, OK]
    waits = []
    follows: Retry | Done = Retry(Lane.SLOW, NOW)
    while isinstance(follows, Retry):
        world.pass_(follows.wait)
        follows = world.dispatch(order)
        waits.append(follows.wait.total_seconds() if isinstance(follows, Retry) else None)
    assert waits == [60, 300, None]
    assert follows == Done()
    assert {headers["webhook-id"] for _, headers, _ in world.sender.sent} == {"evt_1"}
    stamps = [int(headers["webhook-timestamp"]) for _, headers, _ in world.sender.sent]
    assert [after - before for before, after in pairwise(stamps)] == [60, 300]
    delivery = world.delivery(order)
    assert [(made.result, made.status_code, made.latency_ms) for made in delivery.attempts] == [
        ("connection_failed", None, 3),
        ("http_error", 500, 40),
        ("delivered", 204, 20),
    ]


def test_an_order_that_comes_too_early_waits_for_its_time(world: World) -> None:
    """SQS delays for 15 minutes at most: a longer wait is made of several."""
    world.endpoint()
    order = only_order(world)
    world.sender.outcomes = [DOWN]
    world.dispatch(order)
    world.pass_(timedelta(seconds=20))
    assert seconds(world.dispatch(order)) == 40
    assert len(world.sender.sent) == 1


def test_a_delivery_that_was_stored_by_a_clock_that_was_ahead_is_attempted_once_it_is_right(world: World) -> None:
    endpoint = world.endpoint()
    world.pass_(timedelta(hours=1))
    order = only_order(world)
    world.pass_(-timedelta(hours=1))
    world.sender.outcomes = [DOWN, OK]
    assert seconds(world.dispatch(order)) == 60
    assert seconds(world.dispatch(order)) == 60  # a schedule made by the right clock is kept
    world.pass_(MINUTE)
    assert world.dispatch(order) == Done()
    assert world.delivery(order).status is DeliveryStatus.DELIVERED
    assert len(world.sender.sent) == 2
    assert not world.again(endpoint).failing_since


def test_an_attempt_in_progress_is_left_alone_though_a_clock_was_ahead(world: World) -> None:
    endpoint = world.endpoint()
    world.pass_(timedelta(hours=1))
    order = only_order(world)
    assert world.store.claim(endpoint.id, order.delivery_id, world.at, world.at + timedelta(seconds=30))
    world.pass_(-timedelta(hours=1))
    assert isinstance(world.dispatch(order), Retry)
    assert not world.sender.sent


def test_a_delivery_of_a_clock_that_was_ahead_is_not_attempted_by_two_workers_at_a_time(world: World) -> None:
    world.endpoint()
    world.pass_(timedelta(hours=1))
    order = only_order(world)
    world.pass_(-timedelta(hours=1))
    found: list[Retry | Done] = []

    class Busy(ScriptedSender):
        """While it sends, the order comes a second time."""

        def send(self, url: str, headers: Mapping[str, str], body: bytes, timeout_s: float) -> AttemptOutcome:
            if not found:
                found.append(Done())
                found[0] = world.dispatch(order)
            return super().send(url, headers, body, timeout_s)

    world.sender = Busy()
    assert world.dispatch(order) == Done()
    assert isinstance(found[0], Retry)
    assert len(world.sender.sent) == 1
    assert world.delivery(order).status is DeliveryStatus.DELIVERED


def test_after_the_last_attempt_it_is_dead_until_revived(world: World) -> None:
    world.endpoint()
    order = only_order(world)
    world.sender.outcomes = [BROKEN]
    for wait in (60, 300, None):
        follows = world.dispatch(order)
        world.pass_(timedelta(seconds=wait or 0))
    assert follows == Done(dead="attempts_exhausted")
    dead = world.delivery(order)
    assert (dead.status, dead.dead_reason) == (DeliveryStatus.DEAD, "attempts_exhausted")
    assert world.dispatch(order) == Done()
    assert len(world.sender.sent) == 3
    world.sender.outcomes = [OK]
    assert world.dispatch(order.model_copy(update={"revive": True})) == Done()
    assert len(world.sender.sent) == 4
    assert world.delivery(order).status is DeliveryStatus.DELIVERED
    assert len(world.delivery(order).attempts) == 4
    # The order is redelivered: what is delivered stays so.
    assert world.dispatch(order.model_copy(update={"revive": True})) == Done()
    assert len(world.sender.sent) == 4


@pytest.mark.parametrize(("asked", "waits"), [(None, 60), (5.0, 60), (90.0, 90), (7200.0, 7200), (10.0**8, 43_200)])
def test_a_receiver_that_asks_for_time_gets_it_within_reason(world: World, asked: float | None, waits: int) -> None:
    world.endpoint()
    world.sender.outcomes = [AttemptOutcome("http_error", 503, 40, asked)]
    assert seconds(world.dispatch(only_order(world))) == waits


def test_the_last_attempt_is_the_last() -> None:
    assert delay_before_next(2, (0, 60), None) is None
    assert delay_before_next(2, (0, 60), 10.0) is None
    assert delay_before_next(1, (0,), None) is None


# Endpoints that go


def test_410_disables_the_endpoint_and_says_so(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    world.sender.outcomes = [GONE]
    assert world.dispatch(order) == Done(dead="endpoint_gone")
    gone = world.again(endpoint)
    assert (gone.enabled, gone.disabled_reason) == (False, "gone")
    (item,) = world.outbox()
    entry = json.loads(item["entry"]["S"])
    assert entry["DetailType"] == "webhook.endpoint.disabled"
    assert entry["Detail"]["metadata"]["workspace_id"] == "ws_a"
    assert entry["Detail"]["data"] == {"endpoint_id": endpoint.id, "reason": "gone", "failing_since": None}
    assert endpoint.url not in item["entry"]["S"]


def fail_for(world: World, order: ScheduledDelivery, wait: timedelta) -> None:
    world.dispatch(order)
    world.pass_(wait)


def test_an_endpoint_that_only_fails_for_too_long_is_disabled(world: World) -> None:
    endpoint = world.endpoint()
    world.sender.outcomes = [DOWN]
    for number, wait in enumerate((0, 1800, 1799)):
        world.pass_(timedelta(seconds=wait))
        ((_, order, _),) = world.happens(f"evt_{number}")
        world.dispatch(order)
    assert world.again(endpoint).enabled
    assert world.again(endpoint).failing_since is not None
    assert not world.outbox()
    world.pass_(timedelta(seconds=1))
    ((_, order, _),) = world.happens("evt_last")
    assert isinstance(world.dispatch(order), Retry)
    off = world.again(endpoint)
    assert (off.enabled, off.disabled_reason) == (False, "failing")
    (item,) = world.outbox()
    assert json.loads(item["entry"]["S"])["Detail"]["data"]["reason"] == "failing"
    # What waits dies with it, and can be replayed once it is enabled.
    world.pass_(MINUTE)
    assert world.dispatch(order) == Done(dead="endpoint_disabled")
    assert list(world.store.dead_since(endpoint.id, world.at - timedelta(days=1))) == [order.delivery_id]


def test_one_success_ends_the_count(world: World) -> None:
    endpoint = world.endpoint()
    world.sender.outcomes = [DOWN, OK, DOWN, DOWN]
    for number, wait in enumerate((0, 3000, 3000, 3000)):
        world.pass_(timedelta(seconds=wait))
        ((_, order, _),) = world.happens(f"evt_{number}")
        world.dispatch(order)
    assert world.again(endpoint).enabled


def test_it_is_disabled_once_however_many_see_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = world.endpoint()
    orders = [world.happens(f"evt_{number}")[0][1] for number in range(3)]
    world.sender.outcomes = [GONE]
    stale = world.again(endpoint)
    for order in orders:
        monkeypatch.setattr(world.store, "endpoint", lambda _workspace, _endpoint: stale)
        world.dispatch(order)
    assert len(world.outbox()) == 1


def test_orders_of_an_endpoint_that_is_gone_end_without_an_attempt(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    assert world.store.delete("ws_a", endpoint.id)
    assert world.dispatch(order) == Done(dead="endpoint_deleted")
    assert not world.sender.sent


def test_an_endpoint_disabled_in_mid_attempt_leaves_nothing_pending(world: World) -> None:
    endpoint = world.endpoint()
    order = only_order(world)
    world.store.claim(endpoint.id, order.delivery_id, world.at, world.at + timedelta(seconds=30))
    world.store.save(endpoint.turned_off(world.at))
    assert seconds(world.dispatch(order)) == 30
    world.pass_(timedelta(seconds=30))
    assert world.dispatch(order) == Done(dead="endpoint_disabled")
    assert world.delivery(order).status is DeliveryStatus.DEAD


def test_an_order_for_nothing_is_done_with(world: World) -> None:
    endpoint = world.endpoint()
    order = ScheduledDelivery(
        workspace_id="ws_a", endpoint_id=endpoint.id, delivery_id="dlv_01m80000000000000000000009"
    )
    assert world.dispatch(order) == Done()
    foreign = only_order(world).model_copy(update={"workspace_id": "ws_b"})
    assert isinstance(world.dispatch(foreign), Done)
    assert not world.sender.sent


# Lanes


def test_a_new_endpoint_earns_the_fast_lane_and_loses_it(world: World) -> None:
    endpoint = world.endpoint()
    assert [lane for lane, _, _ in world.happens("evt_1")] == [Lane.SLOW]
    world.dispatch(world.happens("evt_1")[0][1])
    assert [lane for lane, _, _ in world.happens("evt_2")] == [Lane.FAST]
    world.sender.outcomes = [AttemptOutcome("delivered", 200, 1001)]
    world.dispatch(world.happens("evt_3")[0][1], Lane.FAST)
    assert not world.again(endpoint).healthy
    assert [lane for lane, _, _ in world.happens("evt_4")] == [Lane.SLOW]


@pytest.mark.parametrize("outcome", [DOWN, BROKEN, AttemptOutcome("timed_out", None, 15_000)])
def test_what_queued_in_the_fast_lane_leaves_it_when_the_endpoint_fails(world: World, outcome: AttemptOutcome) -> None:
    world.endpoint()
    world.dispatch(world.happens("evt_1")[0][1])
    queued = [world.happens(f"evt_{number}")[0] for number in (2, 3)]
    assert {lane for lane, _, _ in queued} == {Lane.FAST}
    world.sender.outcomes = [outcome]
    assert world.dispatch(queued[0][1], Lane.FAST) == Retry(Lane.SLOW, MINUTE)
    assert world.dispatch(queued[1][1], Lane.FAST) == Retry(Lane.SLOW, NOW)
    assert len(world.sender.sent) == 2


def test_good_health_costs_no_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.endpoint()
    world.dispatch(world.happens("evt_1")[0][1])
    noted: list[Endpoint] = []
    monkeypatch.setattr(world.store, "record_health", lambda endpoint, **_health: noted.append(endpoint))
    world.dispatch(world.happens("evt_2")[0][1], Lane.FAST)
    assert not noted
