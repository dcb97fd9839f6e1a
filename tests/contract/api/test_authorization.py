"""The authorization table: every route of the app, with every kind of key that must not get in.

The routes are read off the app, so a new one is held to this as soon as it exists.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fourfold.http.scopes import SCOPES
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from functions.api.openapi.operations import Operation
from tests.contract.api.conftest import FULL_KEY, KEY, OTHER_FULL_KEY, Api
from tests.contract.api.made_once import made_once
from tests.contract.api.sample_requests import sample_request
from tests.contract.api.served import all_operations
from tests.contract.api.things import ONE_OF_EACH, THINGS, reachable, things_in, with_ids
from tests.examples import some

PAGES = {"/", "/console/{of_version}/{name}", "/console/sign-in", "/docs", "/docs/{name}"}
FREE = {*PAGES, "/v1/health", "/v1/openapi.json"}
TABLE = [operation for operation in all_operations() if operation.path not in FREE]
NAMES = [f"{operation.method} {operation.path}" for operation in TABLE]

NOW = datetime.now(UTC)
# The thing is in the body of these; that of the example is nowhere.
NAMED_IN_BODY = {"/v1/openai/chat/completions"}
# The caller confirms with the id of its own workspace; that of the example is another.
CONFIRMED = {"/v1/workspace"}
BAD = REVOKED, EXPIRED, UNKNOWN = "ff_live_revoked", "ff_live_expired", "ff_live_unknown"


@pytest.fixture(autouse=True)
def _reachable(monkeypatch: pytest.MonkeyPatch) -> None:
    reachable(monkeypatch)


Stored = dict[tuple[str, str, str], dict[str, Any]]
"""Items by table, partition key and sort key."""


@dataclass(frozen=True)
class Workspace:
    """One of each thing in the first workspace, keys that open nothing, and all that is kept then."""

    ids: dict[str, str]
    kept: Stored


def stored(api: Api) -> Stored:
    """All that is kept, but for the notes that a key was used."""
    found = {}
    for table in ("personas", "run-events", "api-keys", "config", "webhooks"):
        for item in api.stored(table):
            item.pop("last_used_at", None)
            found[table, item["pk"]["S"], next(iter(item.get("sk", {"S": ""}).values()))] = item
    return found


def of_first(kept: Stored) -> Stored:
    """What of it belongs to the first workspace."""
    return {key: item for key, item in kept.items() if key[1].startswith("WS#ws_one")}


def key(name: str, scopes: frozenset[str], **times: datetime) -> ApiKey:
    return ApiKey(f"key_{name}", "org", "ws_one", scopes, **times)  # type: ignore[arg-type]


def narrow(scope: str) -> str:
    """The secret of a key with every scope but this one."""
    return f"ff_live_without_{scope}"


def _workspace(api: Api) -> Workspace:
    ids = ONE_OF_EACH.in_place(api)
    keys, scopes = DynamoApiKeys(api.tables, "api-keys"), frozenset(SCOPES)
    keys.put(REVOKED, key("revoked", scopes, revoked_at=NOW - timedelta(minutes=1)))
    keys.put(EXPIRED, key("expired", scopes, expires_at=NOW - timedelta(seconds=1)))
    for scope in SCOPES:
        keys.put(narrow(scope), key(narrow(scope), scopes - {scope}))
    return Workspace(ids, stored(api))


def asked(api: Api, operation: Operation, path: str, secret: str | None) -> httpx.Response:
    return api.call(operation.method, path, secret, **sample_request(api, operation))


def code_of(reply: httpx.Response) -> str:
    """The code of a problem, also where it has the structure of OpenAI's errors."""
    body = reply.json()
    code = str(body["error"]["code"] if "error" in body else body["code"])
    return "unauthenticated" if code == "invalid_api_key" else code


def test_every_route_asks_for_a_scope_or_is_known_to_be_free() -> None:
    assert {operation.path for operation in all_operations() if operation.scope is None} == FREE
    assert {operation.scope for operation in TABLE} <= set(SCOPES)


def test_the_description_tells_the_scope_of_every_route(api: Api) -> None:
    described = api.app.openapi()["paths"]
    for operation in TABLE:
        if operation.documented:
            told = described[operation.path][operation.method.lower()]
            assert told["security"] == [{"ApiKey": [operation.scope]}]
            assert {"401", "403", "429", "500", "503"} <= set(told["responses"])


@pytest.mark.random
@pytest.mark.parametrize("operation", TABLE, ids=NAMES)
def test_keys_that_open_nothing(api: Api, operation: Operation) -> None:
    workspace = made_once(api, _workspace)
    assert operation.scope is not None
    path = with_ids(operation.path, {name: workspace.ids[name] for name in things_in(operation.path)})
    # In the gate a third of the operations gets each of these; one dependency of all routes looks at a key.
    for secret in (None, *some(BAD, 1, TABLE.index(operation))):
        reply = asked(api, operation, path, secret)
        assert (reply.status_code, code_of(reply)) == (401, "unauthenticated"), secret
        assert reply.headers["www-authenticate"].startswith("Bearer ")
        assert "ratelimit" not in reply.headers
    reply = asked(api, operation, path, narrow(operation.scope))
    assert (reply.status_code, code_of(reply)) == (403, "insufficient_scope")
    assert operation.scope in reply.text
    assert operation.scope in reply.headers["www-authenticate"]
    assert stored(api) == workspace.kept


@pytest.mark.parametrize("operation", TABLE, ids=NAMES)
def test_a_key_of_another_workspace(api: Api, operation: Operation) -> None:
    """On a thing of the first workspace it gets what it gets for one that was never there, to the letter."""
    workspace = made_once(api, _workspace)
    mine = list(workspace.ids.values())
    ids = {name: workspace.ids[name] for name in things_in(operation.path)}
    foreign = asked(api, operation, with_ids(operation.path, ids), OTHER_FULL_KEY)
    if operation.method == "PUT":  # a name of the caller's own choosing: made beside the first workspace's
        # Labels name personas, and those of the first workspace are unknown here.
        assert foreign.status_code == (422 if operation.path.startswith("/v1/labels/") else 201)
        assert of_first(stored(api)) == of_first(workspace.kept)
        return
    assert not any(thing in foreign.text for thing in mine if "_" in thing)
    assert "ws_one" not in foreign.text
    if not ids:
        refused = {404} if operation.path in NAMED_IN_BODY else {422} if operation.path in CONFIRMED else set()
        assert foreign.status_code in refused or (not refused and foreign.status_code < 400)
        return
    nothing = asked(api, operation, with_ids(operation.path, {name: THINGS[name][1] for name in ids}), FULL_KEY)
    assert foreign.status_code == nothing.status_code == 404
    assert _without_request(foreign) == _without_request(nothing)
    assert stored(api) == workspace.kept


def _without_request(reply: httpx.Response) -> dict[str, Any]:
    return {**reply.json(), "request_id": None, "instance": None}


def test_a_flood_of_unknown_keys_is_answered_and_leaves_nothing(api: Api) -> None:
    async def flood() -> set[int]:
        async with api.client(None) as client:
            keys = [f"ff_live_{number}" for number in range(50)]
            replies = [client.get("/v1/personas", headers={"Authorization": f"Bearer {key}"}) for key in keys]
            return {reply.status_code for reply in await asyncio.gather(*replies)}

    assert asyncio.run(flood()) == {401}
    assert api.nothing_happened()
    assert not any(item["id"]["S"].startswith("RATE#") for item in api.stored("idempotency"))
    assert api.call("GET", "/v1/personas", KEY).status_code == 200
