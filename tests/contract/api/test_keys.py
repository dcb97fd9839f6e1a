"""API keys by the API: told once, kept hashed, limited to what their maker may do, revoked for good."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fourfold.http.auth import CACHE_SECONDS
from fourfold.http.scopes import SCOPES
from fourfold.idempotency import LEASE_S
from fourfold.storage.idempotency.claims import DynamoClaims
from fourfold.storage.keys.api_keys import MAX_LINEAGE, ApiKey, DynamoApiKeys
from functions import clock
from functions.api.evaluations import starting
from functions.api.keys import routes
from functions.api.wiring import api_keys, claims, key_ring, last_use
from tests.contract.api.conftest import FULL_KEY, KEY, OTHER_FULL_KEY, Api, scripted
from tests.contract.api.evaluation_machine import EvaluationMachine

BODY = {"name": "Billing service", "scopes": ["personas:read"]}
KEYED = {"Idempotency-Key": "one key please"}


def made(api: Api, body: dict[str, Any] | None = None, key: str = FULL_KEY, **request: Any) -> httpx.Response:
    return api.call("POST", "/v1/keys", key, json=body or BODY, **request)


def the_keys(api: Api) -> list[dict[str, Any]]:
    return [item for item in api.stored("api-keys") if item["pk"]["S"].startswith("KEY#")]


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = clock.now
    last_use().close()
    for kept in (api_keys, key_ring, last_use, claims):
        kept.cache_clear()
    for where in (clock, routes):
        monkeypatch.setattr(where, "now", lambda: real() + timedelta(seconds=seconds))


@pytest.mark.parametrize("environment", ["live", "test"])
def test_a_new_key_works_at_once_and_is_told_once(api: Api, environment: str) -> None:
    reply = made(api, {**BODY, "environment": environment})
    created = reply.json()
    assert reply.status_code == 201
    assert re.fullmatch(f"ff_{environment}_[0-9A-Za-z]{{43}}", created["key"])
    assert api.call("GET", "/v1/personas", created["key"]).status_code == 200
    assert api.call("POST", "/v1/personas", created["key"], json={"intent": "x"}).status_code == 403

    shown = api.call("GET", reply.headers["location"], FULL_KEY)
    assert shown.json() == {name: value for name, value in created.items() if name != "key"} | {
        "last_used_at": shown.json()["last_used_at"]
    }
    assert created["key"].startswith(created["prefix"])
    assert created["key"].endswith(created["last_four"])
    assert (created["status"], created["created_by"]) == ("active", "key_ffk_full")
    assert (created["org_id"], created["workspace_id"]) == ("org", "ws_one")
    assert created["key"] not in json.dumps(api.stored("api-keys"))
    assert created["key"] not in api.call("GET", "/v1/keys", FULL_KEY).text


def test_a_key_grants_only_what_its_maker_has(api: Api) -> None:
    keys = DynamoApiKeys(api.tables, "api-keys")
    keys.put("ff_live_maker", ApiKey("key_maker", "org", "ws_one", frozenset({"keys:write", "personas:read"})))
    before = len(the_keys(api))
    wide = {**BODY, "scopes": ["personas:read", "config:write:system", "chat:write"]}
    reply = made(api, wide, "ff_live_maker")
    assert (reply.status_code, reply.json()["code"]) == (403, "scope_not_grantable")
    assert [error["pointer"] for error in reply.json()["errors"]] == ["/scopes/1", "/scopes/2"]
    assert "config:write:system" in reply.json()["detail"]
    assert len(the_keys(api)) == before
    assert made(api, BODY, "ff_live_maker").status_code == 201


def test_a_key_makes_none_that_outlives_it(api: Api) -> None:
    ends = datetime.now(UTC) + timedelta(days=2)
    maker = ApiKey("key_maker", "org", "ws_one", frozenset({"keys:write", "personas:read"}), expires_at=ends)
    DynamoApiKeys(api.tables, "api-keys").put("ff_live_maker", maker)
    before = len(the_keys(api))
    for expiry, pointer in (
        ({}, "/expires_at"),
        ({"expires_in_days": 3}, "/expires_in_days"),
        ({"expires_at": (ends + timedelta(seconds=1)).isoformat()}, "/expires_at"),
    ):
        reply = made(api, {**BODY, **expiry}, "ff_live_maker")
        assert (reply.status_code, reply.json()["code"]) == (403, "expiry_not_grantable")
        assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert len(the_keys(api)) == before
    assert made(api, {**BODY, "expires_at": ends.isoformat()}, "ff_live_maker").status_code == 201
    assert made(api, {**BODY, "expires_in_days": 1}, "ff_live_maker").status_code == 201


def test_a_key_revokes_none_that_may_do_more(api: Api) -> None:
    keys = DynamoApiKeys(api.tables, "api-keys")
    keys.put("ff_live_weak", ApiKey("key_weak", "org", "ws_one", frozenset({"keys:write"})))
    keys.put("ff_live_equal", ApiKey("key_equal", "org", "ws_one", frozenset({"keys:write"})))
    reply = api.call("DELETE", "/v1/keys/key_ffk_full", "ff_live_weak")
    assert (reply.status_code, reply.json()["code"]) == (403, "stronger_key")
    assert "config:write" in reply.json()["detail"]
    assert api.call("GET", "/v1/keys", FULL_KEY).status_code == 200
    assert api.call("DELETE", "/v1/keys/key_equal", "ff_live_weak").status_code == 204
    assert api.call("DELETE", "/v1/keys/key_weak", FULL_KEY).status_code == 204


def test_a_key_revokes_none_that_expires_later(api: Api) -> None:
    keys, soon = DynamoApiKeys(api.tables, "api-keys"), datetime.now(UTC) + timedelta(hours=1)
    keys.put("ff_live_brief", ApiKey("key_brief", "org", "ws_one", frozenset(SCOPES), expires_at=soon))
    keys.put("ff_live_briefer", ApiKey("key_briefer", "org", "ws_one", frozenset(SCOPES), expires_at=soon))
    reply = api.call("DELETE", "/v1/keys/key_ffk_full", "ff_live_brief")
    assert (reply.status_code, reply.json()["code"]) == (403, "stronger_key")
    assert api.call("DELETE", "/v1/keys/key_briefer", "ff_live_brief").status_code == 204


def descendants(api: Api, count: int) -> list[dict[str, Any]]:
    """Keys of which each created the next, the first by FULL_KEY."""
    body, found, maker = {**BODY, "scopes": ["keys:write", "personas:read"]}, [], FULL_KEY
    for _ in range(count):
        reply = made(api, body, maker)
        assert reply.status_code == 201, reply.text
        found.append(reply.json())
        maker = found[-1]["key"]
    return found


def test_a_revoked_key_takes_all_that_descend_from_it(api: Api) -> None:
    first, second, third = descendants(api, 3)
    sibling = made(api).json()
    assert api.call("DELETE", f"/v1/keys/{first['id']}", FULL_KEY).status_code == 204
    key_ring.cache_clear()
    for ended in (first, second, third):
        assert api.call("GET", "/v1/keys", ended["key"]).status_code == 401
        assert api.call("GET", f"/v1/keys/{ended['id']}", FULL_KEY).status_code == 404
    listed = api.call("GET", "/v1/keys", FULL_KEY, params={"include_revoked": True}).json()["data"]
    statuses = {key["id"]: key["status"] for key in listed}
    assert [statuses[ended["id"]] for ended in (first, second, third)] == ["revoked"] * 3
    assert statuses[sibling["id"]] == "active"


def test_a_key_of_an_earlier_version_ends_with_its_maker(api: Api) -> None:
    keys = DynamoApiKeys(api.tables, "api-keys")
    soon = datetime.now(UTC) - timedelta(seconds=1)
    keys.put("ff_live_old", ApiKey("key_old", "org", "ws_one", frozenset({"keys:write"}), expires_at=soon))
    keys.put("ff_live_child", ApiKey("key_child", "org", "ws_one", frozenset({"keys:write"}), created_by="key_old"))
    keys.put("ff_live_last", ApiKey("key_last", "org", "ws_one", frozenset({"keys:write"}), created_by="key_child"))
    keys.put("ff_live_orphan", ApiKey("key_orphan", "org", "ws_one", frozenset({"keys:write"}), created_by="key_gone"))
    for ended in ("ff_live_child", "ff_live_last", "ff_live_orphan"):
        assert api.call("GET", "/v1/keys", ended).status_code == 401


def test_a_key_cannot_end_itself_by_ending_its_origin(api: Api) -> None:
    first, second, third = descendants(api, 3)
    for origin in (first, second):
        reply = api.call("DELETE", f"/v1/keys/{origin['id']}", third["key"])
        assert (reply.status_code, reply.json()["code"]) == (409, "key_in_use")
    assert api.call("GET", "/v1/keys", third["key"]).status_code == 200


def test_a_chain_of_keys_has_an_end(api: Api) -> None:
    *_, last = descendants(api, MAX_LINEAGE - 1)
    assert api.call("GET", "/v1/keys", last["key"]).status_code == 200
    reply = made(api, {**BODY, "scopes": ["personas:read"]}, last["key"])
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_keys")


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"scopes": ["personas:read"]}, "/name"),
    "an empty name": ({**BODY, "name": ""}, "/name"),
    "a name of control characters": ({**BODY, "name": "a\0b"}, "/name"),
    "a name too long": ({**BODY, "name": "x" * 101}, "/name"),
    "no scopes": ({**BODY, "scopes": []}, "/scopes"),
    "an unknown scope": ({**BODY, "scopes": ["persona:read"]}, "/scopes/0"),
    "an environment of its own": ({**BODY, "environment": "prod"}, "/environment"),
    "a past expiry": ({**BODY, "expires_at": "2020-01-01T00:00:00Z"}, "/expires_at"),
    "an expiry without an offset": ({**BODY, "expires_at": "2999-01-01T00:00:00"}, "/expires_at"),
    "no days": ({**BODY, "expires_in_days": 0}, "/expires_in_days"),
    "days as text": ({**BODY, "expires_in_days": "30"}, "/expires_in_days"),
    "two expiries": ({**BODY, "expires_in_days": 3, "expires_at": "2999-01-01T00:00:00Z"}, ""),
    "an unknown field": ({**BODY, "workspace_id": "ws_other"}, "/workspace_id"),
}


@pytest.mark.parametrize(("body", "pointer"), FAULTS.values(), ids=FAULTS.keys())
def test_a_bad_field_is_named_and_nothing_is_made(api: Api, body: dict[str, Any], pointer: str) -> None:
    before = len(the_keys(api))
    reply = made(api, body)
    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert len(the_keys(api)) == before


def test_an_unknown_scope_is_answered_with_the_nearest(api: Api) -> None:
    [error] = made(api, {**BODY, "scopes": ["persona:read"]}).json()["errors"]
    assert "personas:read" in error["detail"]


def test_an_expiry_ends_the_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    created = made(api, {**BODY, "expires_in_days": 1}).json()
    moment = datetime.fromisoformat(created["expires_at"])
    assert timedelta(hours=23, minutes=59) < moment - datetime.now(UTC) <= timedelta(days=1)
    assert api.call("GET", "/v1/personas", created["key"]).status_code == 200
    later(monkeypatch, 24 * 3600 + 1)
    assert api.call("GET", "/v1/personas", created["key"]).status_code == 401
    assert api.call("GET", f"/v1/keys/{created['id']}", FULL_KEY).json()["status"] == "expired"


def test_a_revoked_key_opens_nothing_five_seconds_later(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    created = made(api).json()
    assert api.call("GET", "/v1/personas", created["key"]).status_code == 200
    assert api.call("DELETE", f"/v1/keys/{created['id']}", FULL_KEY).status_code == 204
    for method in ("DELETE", "GET"):
        assert api.call(method, f"/v1/keys/{created['id']}", FULL_KEY).status_code == 404
    assert created["id"] not in api.call("GET", "/v1/keys", FULL_KEY).text
    listed = api.call("GET", "/v1/keys", FULL_KEY, params={"include_revoked": True}).json()["data"]
    [told] = [key for key in listed if key["id"] == created["id"]]
    assert told["status"] == "revoked"
    assert datetime.now(UTC) - datetime.fromisoformat(told["revoked_at"]) < timedelta(minutes=1)
    clock = key_ring()._clock  # noqa: SLF001 - five seconds pass
    monkeypatch.setattr(key_ring(), "_clock", lambda: clock() + CACHE_SECONDS)
    assert api.call("GET", "/v1/personas", created["key"]).status_code == 401


def test_an_evaluation_outlives_the_key_that_started_it_and_any_other_key_cancels_it(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = EvaluationMachine(scripted)
    monkeypatch.setattr(starting, "start_execution", machine.start)
    key = made(api, {"name": "nightly", "scopes": ["personas:read", "personas:write"]}).json()
    body = {"b": {"method": "naive"}, "briefs": ["A shy founder, 34, in Istanbul"], "max_usd": 5}
    first, second = (api.call("POST", "/v1/evaluations", key["key"], json=body).headers["location"] for _ in range(2))
    assert api.call("DELETE", f"/v1/keys/{key['id']}", FULL_KEY).status_code == 204
    later(monkeypatch, CACHE_SECONDS + 1)
    assert api.call("GET", second, key["key"]).status_code == 401
    machine.execute()
    assert api.read(second)["report"]["pairs"] == 1
    in_progress = api.read("/v1/runs", status="running")["data"]
    assert [run["id"] for run in in_progress] == [api.read(first)["run_id"]]
    assert api.call("POST", f"{first}/cancel", FULL_KEY).json()["status"] == "cancelled"


def test_a_key_cannot_revoke_itself(api: Api) -> None:
    reply = api.call("DELETE", "/v1/keys/key_ffk_full", FULL_KEY)
    assert (reply.status_code, reply.json()["code"]) == (409, "key_in_use")
    assert api.call("GET", "/v1/keys", FULL_KEY).status_code == 200


def test_another_workspaces_key_is_not_there_to_revoke(api: Api) -> None:
    created = made(api).json()
    assert api.call("DELETE", f"/v1/keys/{created['id']}", OTHER_FULL_KEY).status_code == 404
    assert api.call("GET", f"/v1/keys/{created['id']}", FULL_KEY).json()["status"] == "active"


def test_the_list_walks_every_key_once_newest_first(api: Api) -> None:
    ids = [made(api, {**BODY, "name": str(number)}).json()["id"] for number in range(5)]
    seen: list[str] = []
    query: dict[str, Any] = {"limit": 2}
    while True:
        page = api.call("GET", "/v1/keys", FULL_KEY, params=query).json()
        seen += [key["id"] for key in page["data"]]
        assert page["has_more"] == (page["next_cursor"] is not None)
        if not page["has_more"]:
            break
        query["cursor"] = page["next_cursor"]
    assert [key_id for key_id in seen if key_id in ids] == sorted(ids, reverse=True)
    assert len(seen) == len(set(seen))
    assert api.call("GET", "/v1/personas", params={"cursor": query["cursor"]}).status_code == 422, "of another list"


def test_the_use_of_a_key_is_noted_to_the_minute(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    def used() -> str | None:
        last_use().close()
        last_use.cache_clear()
        return api.call("GET", "/v1/keys/key_ffk_one", FULL_KEY).json()["last_used_at"]  # type: ignore[no-any-return]

    assert used() is None
    api.call("GET", "/v1/personas", KEY)
    first = used()
    assert first is not None
    assert datetime.now(UTC) - datetime.fromisoformat(first) < timedelta(seconds=30)
    api.call("GET", "/v1/personas", KEY)
    assert used() == first, "not written again within the minute"
    later(monkeypatch, 61)
    api.call("GET", "/v1/personas", KEY)
    again = used()
    assert again is not None
    assert again > first


def test_the_org_of_a_workspace_is_known_from_its_first_key(api: Api) -> None:
    assert made(api).json()["org_id"] == "org"
    assert api_keys().org_of("ws_one") == "org"
    assert api_keys().org_of("ws_nobody") is None


def test_a_repeated_request_makes_one_key_and_tells_it_once(api: Api) -> None:
    before = len(the_keys(api))
    first, second = made(api, headers=KEYED), made(api, headers=KEYED)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == {**first.json(), "key": None}
    assert second.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert second.headers["location"] == first.headers["location"]
    assert len(the_keys(api)) == before + 1
    assert first.json()["key"] not in json.dumps(api.stored("idempotency"))


def test_a_full_workspace_forgets_its_dead_keys_before_it_refuses(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    dead = made(api).json()
    assert api.call("DELETE", f"/v1/keys/{dead['id']}", FULL_KEY).status_code == 204
    full = len([item for item in the_keys(api) if item["workspace_id"]["S"] == "ws_one"])
    monkeypatch.setattr("fourfold.storage.keys.api_keys.MAX_KEYS", full)
    assert made(api).status_code == 201
    assert dead["id"] not in api.call("GET", "/v1/keys", FULL_KEY, params={"include_revoked": True}).text
    reply = made(api)
    assert (reply.status_code, reply.json()["code"]) == (409, "too_many_keys")


@pytest.mark.parametrize("round_", range(2))
def test_twenty_at_once_make_one_key(api: Api, round_: int) -> None:
    async def all_at_once() -> list[httpx.Response]:
        headers = {"Idempotency-Key": f"race {round_}"}
        async with api.client(FULL_KEY) as client:
            return await asyncio.gather(*(client.post("/v1/keys", json=BODY, headers=headers) for _ in range(20)))

    before = len(the_keys(api))
    replies = asyncio.run(all_at_once())
    assert {reply.status_code for reply in replies} <= {201, 409}
    assert len([reply for reply in replies if reply.status_code == 201 and reply.json()["key"]]) == 1
    assert {reply.json()["code"] for reply in replies if reply.status_code == 409} <= {"request_in_progress"}
    assert len(the_keys(api)) == before + 1


def test_a_crash_before_the_reply_is_stored_leaves_one_key(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first process stored a key that nobody was told; the next one puts a key in its place."""

    def dies(*_: object) -> bool:
        raise ConnectionResetError

    before = len(the_keys(api))
    with monkeypatch.context() as crash:
        crash.setattr(DynamoClaims, "keep", dies)
        assert made(api, headers=KEYED).status_code == 500
    assert len(the_keys(api)) == before + 1
    assert made(api, headers=KEYED).status_code == 409
    later(monkeypatch, LEASE_S + 1)
    again = made(api, headers=KEYED)
    assert again.status_code == 201
    assert len(the_keys(api)) == before + 1
    assert api.call("GET", "/v1/personas", again.json()["key"]).status_code == 200
