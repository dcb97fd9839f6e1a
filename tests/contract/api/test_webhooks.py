"""Webhook endpoints over HTTP."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from fourfold.webhooks.delivery import Attempt, DeliveryStatus, Message, new_delivery
from fourfold.webhooks.endpoint import Endpoint
from fourfold.webhooks.fan_out import QueueEntry
from fourfold.webhooks.sealing import opened
from functions import webhook_queues as webhook_lanes
from functions.api.webhooks import deliveries, endpoints
from functions.api.webhooks import targets as webhook_targets
from functions.secret_sealer import KmsSealer
from tests.contract.api.conftest import KEY, OTHER_KEY, Api

ABSENT = "whk_00000000000000000000000000"
ROUTES = [
    ("POST", "/v1/webhooks", "write"),
    ("GET", "/v1/webhooks", "read"),
    ("GET", f"/v1/webhooks/{ABSENT}", "read"),
    ("PATCH", f"/v1/webhooks/{ABSENT}", "write"),
    ("DELETE", f"/v1/webhooks/{ABSENT}", "write"),
    ("POST", f"/v1/webhooks/{ABSENT}/rotate", "write"),
    ("POST", f"/v1/webhooks/{ABSENT}/ping", "write"),
    ("POST", f"/v1/webhooks/{ABSENT}/test", "write"),
    ("GET", f"/v1/webhooks/{ABSENT}/deliveries", "read"),
    ("POST", f"/v1/webhooks/{ABSENT}/deliveries/dlv_00000000000000000000000000/replay", "write"),
    ("POST", f"/v1/webhooks/{ABSENT}/replay", "write"),
]
BODY = {"url": "https://hooks.example.com/in?tenant=1", "events": ["persona.created"], "description": "mine"}
pytestmark = pytest.mark.usefixtures("orders")

MINE, THEIRS, READ, WRITE = "wk_mine", "wk_theirs", "wk_read", "wk_write"


@pytest.fixture
def orders(api: Api, monkeypatch: pytest.MonkeyPatch) -> list[QueueEntry]:
    """What was ordered of the dispatcher; names resolve to a public address."""
    given: list[QueueEntry] = []
    monkeypatch.setattr(deliveries, "enqueue", given.extend)
    monkeypatch.setattr(webhook_targets, "resolve", lambda _host, _port: ["93.184.215.14"])
    keys = DynamoApiKeys(api.tables, "api-keys")
    both = frozenset({"webhooks:read", "webhooks:write"})
    for secret, workspace, scopes in (
        (MINE, "ws_one", both),
        (THEIRS, "ws_other", both),
        (READ, "ws_one", frozenset({"webhooks:read"})),
        (WRITE, "ws_one", frozenset({"webhooks:write"})),
    ):
        keys.put(secret, ApiKey(f"key_{secret}", "org", workspace, scopes))
    return given


def create(api: Api, key: str = MINE, **more: Any) -> dict[str, Any]:
    reply = api.call("POST", "/v1/webhooks", key=key, json={**BODY, **more})
    assert reply.status_code == 201, reply.text
    created: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"/v1/webhooks/{created['id']}"
    return created


def deliver(endpoint_id: str, event_id: str, status: DeliveryStatus, at: datetime) -> str:
    """Stores a delivery of that status; answers with its id."""
    store = webhook_lanes.webhooks()
    message = Message(event_id=event_id, event_type="persona.created", workspace_id="ws_one", occurred_at=at, data={})
    delivery = new_delivery(message, endpoint_id, at, at)
    store.add(delivery)
    if status is not DeliveryStatus.PENDING:
        claimed = store.claim(endpoint_id, delivery.id, at, at + timedelta(seconds=30))
        assert claimed is not None
        dead = status is DeliveryStatus.DEAD
        made = Attempt(
            at=at, result="http_error" if dead else "delivered", status_code=500 if dead else 200, latency_ms=7
        )
        store.record(claimed, made, dead="attempts_exhausted" if dead else None)
    return delivery.id


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_every_route_asks_for_a_key_of_its_scope(api: Api, method: str, path: str, scope: str) -> None:
    assert api.call(method, path, key=None).status_code == 401
    assert api.call(method, path, key="wk_unknown").status_code == 401
    lacking = READ if scope == "write" else WRITE
    for key in (lacking, KEY, OTHER_KEY):
        assert api.call(method, path, key=key, json={}).status_code == 403


def test_the_secret_is_shown_once(api: Api) -> None:
    created = create(api)
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", created.pop("secret"))
    assert created["url"] == BODY["url"]
    assert created["enabled"] is True
    read = api.call("GET", f"/v1/webhooks/{created['id']}", key=MINE).json()
    assert read == created
    assert api.call("GET", "/v1/webhooks", key=MINE).json()["data"] == [created]


def test_another_workspaces_endpoint_is_not_there(api: Api, orders: list[QueueEntry]) -> None:
    created = create(api)
    delivery = deliver(created["id"], "evt_1", DeliveryStatus.DEAD, datetime.now(UTC))
    bodies: dict[str, Any] = {
        "PATCH": {"enabled": False}, "/replay": {"since": "2026-01-01T00:00:00Z"}, "/test": {"type": "persona.created"}
    }  # fmt: skip
    for method, path, _ in ROUTES[2:]:
        body = bodies.get(path.removeprefix(f"/v1/webhooks/{ABSENT}")) or bodies.get(method)
        mine = path.replace(ABSENT, created["id"]).replace("dlv_00000000000000000000000000", delivery)
        request = {} if body is None else {"json": body}
        foreign, absent = api.call(method, mine, key=THEIRS, **request), api.call(method, path, key=MINE, **request)
        assert foreign.status_code == absent.status_code == 404
        assert {**foreign.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert api.call("GET", "/v1/webhooks", key=THEIRS).json()["data"] == []
    assert not orders
    assert api.call("GET", f"/v1/webhooks/{created['id']}", key=MINE).json()["enabled"] is True


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"url": "http://hooks.example.com/"}, "/url", "https_required"),
        ({"url": "https://127.0.0.1/"}, "/url", "address_as_host"),
        ({"url": "https://localhost/"}, "/url", "not_public"),
        ({"url": "https://user:pass@hooks.example.com/"}, "/url", "credentials_in_url"),
        ({"url": "https://hooks.example.com:8443/"}, "/url", "port_not_allowed"),
        ({"url": "http://127.0.0.1:8080/"}, "/url", "https_required"),
        ({"url": ""}, "/url", "string_too_short"),
        ({"url": 1}, "/url", "wrong_type"),
        ({"events": []}, "/events", "too_short"),
        ({"events": ["persona.created", "persona.*"]}, "/events/1", "unknown_event"),
        ({"events": "persona.created"}, "/events", "list_type"),
        ({"description": "x" * 501}, "/description", "string_too_long"),
        ({"secret": "whsec_mine"}, "/secret", "unknown_field"),
    ],
)
def test_what_cannot_be_stored_is_named(
    api: Api,
    change: dict[str, Any],
    pointer: str,
    code: str,
) -> None:
    reply = api.call("POST", "/v1/webhooks", key=MINE, json={**BODY, **change})
    assert reply.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in reply.json()["errors"]] == [(pointer, code)]
    assert not api.stored("webhooks")


def test_an_unknown_event_is_answered_with_the_known_ones(api: Api) -> None:
    reply = api.call("POST", "/v1/webhooks", key=MINE, json={**BODY, "events": ["persona.made"]})
    (fault,) = reply.json()["errors"]
    assert "*, budget.alert, config.changed, evaluation.completed," in fault["detail"]
    assert "persona.created" in fault["detail"]


@pytest.mark.parametrize(("answer", "code"), [(None, "unresolved"), (["10.0.0.1"], "not_public")])
def test_a_host_is_looked_up_before_it_is_stored(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
    answer: list[str] | None,
    code: str,
) -> None:
    def resolve(_host: str, _port: int) -> list[str]:
        if answer is None:
            raise OSError
        return answer

    created = create(api)
    monkeypatch.setattr(webhook_targets, "resolve", resolve)
    moved = {"url": "https://other.example.com/"}
    for method, path, body in (("POST", "", {**BODY, **moved}), ("PATCH", f"/{created['id']}", moved)):
        reply = api.call(method, f"/v1/webhooks{path}", key=MINE, json=body)
        assert reply.status_code == 422
        assert reply.json()["errors"][0]["code"] == code
    assert len(api.stored("webhooks")) == 1


def test_a_developer_may_receive_on_the_own_machine(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK", "1")
    assert create(api, url="http://127.0.0.1:8080/hooks")["url"] == "http://127.0.0.1:8080/hooks"


def test_a_change_changes_what_is_given(api: Api) -> None:
    created = create(api)
    path = f"/v1/webhooks/{created['id']}"
    before = api.call("GET", path, key=MINE).json()
    changed = api.call("PATCH", path, key=MINE, json={"events": ["*"], "description": None}).json()
    assert changed == {**before, "events": ["*"], "description": None, "updated_at": changed["updated_at"]}
    off = api.call("PATCH", path, key=MINE, json={"enabled": False}).json()
    assert (off["enabled"], off["disabled_reason"]) == (False, "by_request")
    assert api.call("POST", f"{path}/ping", key=MINE).json()["code"] == "webhook_disabled"
    on = api.call("PATCH", path, key=MINE, json={"enabled": True}).json()
    assert (on["enabled"], on["disabled_reason"]) == (True, None)
    assert api.call("PATCH", path, key=MINE, json={"url": None}).status_code == 422


def test_two_changes_at_once_do_not_undo_each_other(
    api: Api,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    created = create(api)
    path = f"/v1/webhooks/{created['id']}"
    stale = webhook_lanes.webhooks().endpoint("ws_one", created["id"])
    api.call("PATCH", path, key=MINE, json={"events": ["*"]})
    monkeypatch.setattr(webhook_lanes.webhooks(), "endpoint", lambda _workspace, _endpoint: stale)
    reply = api.call("PATCH", path, key=MINE, json={"description": "late"})
    assert (reply.status_code, reply.json()["code"]) == (409, "conflict")
    monkeypatch.undo()


def test_an_endpoint_that_is_deleted_is_gone(api: Api) -> None:
    path = f"/v1/webhooks/{create(api)['id']}"
    assert api.call("DELETE", path, key=MINE).status_code == 204
    assert api.call("GET", path, key=MINE).status_code == 404
    assert api.call("DELETE", path, key=MINE).status_code == 404


def stored_endpoint(endpoint_id: str) -> Endpoint:
    """The endpoint as the dispatcher reads it, with its secrets opened."""
    stored = webhook_lanes.webhooks().endpoint("ws_one", endpoint_id)
    assert stored is not None
    return opened(stored, KmsSealer())


def test_rotation_overlaps(api: Api) -> None:
    created = create(api)
    path = f"/v1/webhooks/{created['id']}/rotate"
    rotated = api.call("POST", path, key=MINE).json()
    assert rotated["secret"] != created["secret"]
    until = datetime.fromisoformat(rotated["rotating_until"])
    assert timedelta(hours=23) < until - datetime.now(UTC) <= timedelta(hours=24)
    stored = stored_endpoint(created["id"])
    assert stored.signing_secrets(datetime.now(UTC)) == (rotated["secret"], created["secret"])
    assert stored.signing_secrets(until) == (rotated["secret"],)
    assert api.call("POST", path, key=MINE).json()["code"] == "rotation_in_progress"
    forced = api.call("POST", path, key=MINE, json={"force": True}).json()
    stored = stored_endpoint(created["id"])
    assert stored.signing_secrets(datetime.now(UTC)) == (forced["secret"], rotated["secret"])
    assert api.call("POST", path, key=MINE, json={"force": "yes"}).status_code == 422


def test_a_ping_is_a_delivery(api: Api, orders: list[QueueEntry]) -> None:
    created = create(api, events=["persona.flagged"])
    ping = api.call("POST", f"/v1/webhooks/{created['id']}/ping", key=MINE)
    assert ping.status_code == 202
    assert ping.json()["event_type"] == "webhook.ping"
    assert [order.delivery_id for _, order, _ in orders] == [ping.json()["id"]]
    listed = api.call("GET", f"/v1/webhooks/{created['id']}/deliveries", key=MINE).json()
    assert listed == {"data": [ping.json()], "has_more": False, "next_cursor": None}


def test_a_sample_of_an_event_is_a_delivery_whatever_is_subscribed(api: Api, orders: list[QueueEntry]) -> None:
    created = create(api, events=["persona.flagged"])
    path, keyed = f"/v1/webhooks/{created['id']}/test", {"Idempotency-Key": "sample-1"}
    sent = api.call("POST", path, key=MINE, json={"type": "session.updated"}, headers=keyed)
    assert (sent.status_code, sent.json()["event_type"]) == (202, "session.updated")
    again = api.call("POST", path, key=MINE, json={"type": "session.updated"}, headers=keyed)
    assert again.json() == sent.json()
    assert [order.delivery_id for _, order, _ in orders] == [sent.json()["id"]]
    stored = webhook_lanes.webhooks().delivery(created["id"], sent.json()["id"])
    assert stored is not None
    assert json.loads(stored.body)["data"]["session_id"].startswith("ses_")


@pytest.mark.parametrize("body", [{}, {"type": "*"}, {"type": "webhook.ping"}, {"type": 1}, {"type": ["x"]}], ids=str)
def test_only_a_known_event_has_a_sample(api: Api, orders: list[QueueEntry], body: dict[str, Any]) -> None:
    reply = api.call("POST", f"/v1/webhooks/{create(api)['id']}/test", key=MINE, json=body)
    assert (reply.status_code, [each["pointer"] for each in reply.json()["errors"]]) == (422, ["/type"])
    assert orders == []


def test_a_disabled_endpoint_gets_no_sample(api: Api) -> None:
    path = f"/v1/webhooks/{create(api)['id']}"
    api.call("PATCH", path, key=MINE, json={"enabled": False})
    reply = api.call("POST", f"{path}/test", key=MINE, json={"type": "persona.created"})
    assert (reply.status_code, reply.json()["code"]) == (409, "webhook_disabled")


def test_deliveries_are_listed_newest_first_and_filtered(api: Api) -> None:
    created, at = create(api), datetime.now(UTC)
    kinds = [DeliveryStatus.DELIVERED, DeliveryStatus.DEAD, DeliveryStatus.PENDING] * 2
    ids = [
        deliver(created["id"], f"evt_{number}", kind, at + timedelta(seconds=number))
        for number, kind in enumerate(kinds)
    ]
    path = f"/v1/webhooks/{created['id']}/deliveries"
    pages: list[list[str]] = []
    cursor = None
    while cursor is not None or not pages:
        query = {"limit": 4} | ({"cursor": cursor} if cursor else {})
        page = api.call("GET", path, key=MINE, params=query).json()
        pages.append([delivery["id"] for delivery in page["data"]])
        cursor = page["next_cursor"]
    assert pages == [ids[:1:-1], ids[1::-1]]
    dead = api.call("GET", path, key=MINE, params={"status": "dead"}).json()["data"]
    assert [delivery["id"] for delivery in dead] == [ids[4], ids[1]]
    (attempt,) = dead[0]["attempts"]
    assert (attempt["result"], attempt["status_code"], attempt["latency_ms"]) == ("http_error", 500, 7)
    assert dead[0]["next_attempt_at"] is None
    assert "body" not in dead[0]
    assert api.call("GET", path, key=MINE, params={"status": "lost"}).status_code == 422
    assert api.call("GET", path, key=MINE, params={"cursor": "x"}).status_code == 422


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_any_delivery_can_be_replayed(api: Api, orders: list[QueueEntry], status: DeliveryStatus) -> None:
    created = create(api)
    one = deliver(created["id"], "evt_1", status, datetime.now(UTC))
    reply = api.call("POST", f"/v1/webhooks/{created['id']}/deliveries/{one}/replay", key=MINE)
    assert (reply.status_code, reply.json()["status"], reply.json()["event_id"]) == (202, "pending", "evt_1")
    assert [order.delivery_id for _, order, _ in orders] == [one]


def test_a_delivery_that_is_being_attempted_is_not_replayed(api: Api, orders: list[QueueEntry]) -> None:
    created, at = create(api), datetime.now(UTC)
    one = deliver(created["id"], "evt_1", DeliveryStatus.PENDING, at)
    webhook_lanes.webhooks().claim(created["id"], one, at, at + timedelta(seconds=30))
    reply = api.call("POST", f"/v1/webhooks/{created['id']}/deliveries/{one}/replay", key=MINE)
    assert (reply.status_code, reply.json()["code"]) == (409, "delivery_busy")
    assert not orders


def test_all_that_failed_since_a_time_is_replayed(
    api: Api, orders: list[QueueEntry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MOST_REPLAYED", 2)
    created, at = create(api), datetime(2026, 11, 23, 9, tzinfo=UTC)
    kinds = [
        DeliveryStatus.DEAD,
        DeliveryStatus.DEAD,
        DeliveryStatus.DELIVERED,
        DeliveryStatus.DEAD,
        DeliveryStatus.DEAD,
    ]
    ids = [
        deliver(created["id"], f"evt_{number}", kind, at + timedelta(minutes=number))
        for number, kind in enumerate(kinds)
    ]
    path, body = f"/v1/webhooks/{created['id']}/replay", {"since": "2026-11-23T10:01:00+01:00"}
    first = api.call("POST", path, key=MINE, json=body)
    assert (first.status_code, first.json()) == (202, {"replayed": 2, "has_more": True})
    assert api.call("POST", path, key=MINE, json=body).json() == {"replayed": 1, "has_more": False}
    assert api.call("POST", path, key=MINE, json=body).json() == {"replayed": 0, "has_more": False}
    assert [order.delivery_id for _, order, _ in orders] == [ids[1], ids[3], ids[4]]
    for wrong in ({}, {"since": "yesterday"}, {"since": "2026-11-23T10:01:00"}):
        assert api.call("POST", path, key=MINE, json=wrong).status_code == 422


def test_a_workspace_has_a_bounded_number(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "MOST_ENDPOINTS", 1)
    create(api)
    reply = api.call("POST", "/v1/webhooks", key=MINE, json=BODY)
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_webhooks")
    create(api, key=THEIRS)
