"""Live progress over a real WebSocket on the real engine, with IAM enforced."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import httpx
import pytest
from httpx_sse import connect_sse
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from fourfold.client import ApiProblemError, AsyncFourfold, Fourfold
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys, key_hash
from tests.integration.local_server import LocalServer, eventually
from tests.integration.progress_client import address, connected

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}


def start(stack: LocalServer, key: str | None = None) -> str:
    """A new run's id."""
    headers = {"Prefer": "respond-async", **({"Authorization": f"Bearer {key}"} if key else {})}
    reply = stack.call("POST", "/v1/personas", body=BRIEF, headers=headers)
    assert reply.status_code == 202, reply.text
    return str(reply.json()["run_id"])


def over(stack: LocalServer, run_id: str) -> None:
    eventually(lambda: stack.call("GET", f"/v1/runs/{run_id}").json()["status"] == "completed")


def logged(stack: LocalServer, run_id: str) -> list[dict[str, Any]]:
    """The run's events as the API lists them."""
    reply = stack.call("GET", f"/v1/runs/{run_id}/events", headers={"Accept": "application/json"})
    events: list[dict[str, Any]] = reply.json()["data"]
    return events


def new_key(stack: LocalServer, workspace_id: str, *scopes: str) -> str:
    """A key of another workspace, put where the API looks keys up."""
    secret = f"ff_test_{workspace_id}_{'_'.join(scopes)}"
    key = ApiKey(f"key_{workspace_id}", "org_local", workspace_id, frozenset(scopes))
    DynamoApiKeys(stack.aws("dynamodb"), stack.outputs()["ApiKeysTableName"]).put(secret, key)
    return secret


def items(stack: LocalServer) -> list[dict[str, Any]]:
    """What the Connections table holds of connections."""
    found: list[dict[str, Any]] = stack.aws("dynamodb").scan(TableName=stack.outputs()["ConnectionsTableName"])["Items"]
    return [item for item in found if item["sk"]["S"] != "PUSHED"]


def test_live_events_are_those_of_the_log(stack: LocalServer) -> None:
    with connected(stack) as client:
        run_id = start(stack)
        assert client.ask(action="subscribe", run_id=run_id, id="a") == {
            "type": "ack",
            "id": "a",
            "action": "subscribe",
            "run_id": run_id,
        }
        assert client.events(run_id) == logged(stack, run_id)


def test_what_was_missed_is_replayed_and_nothing_else(stack: LocalServer) -> None:
    run_id = start(stack)
    over(stack, run_id)
    with connected(stack) as client:
        assert client.ask(action="subscribe", run_id=run_id, after=4)["type"] == "ack"
        assert client.events(run_id) == logged(stack, run_id)[4:]
        assert client.is_quiet()


def test_leaving_and_coming_back_in_mid_run_misses_nothing(stack: LocalServer) -> None:
    run_id = start(stack)
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["type"] != "pipeline.completed":
        with connected(stack) as client:
            client.ask(action="subscribe", run_id=run_id, after=len(seen))
            for _ in range(3):
                seen.append(client.hear())
                if seen[-1]["type"] == "pipeline.completed":
                    break
    assert seen == logged(stack, run_id)


def test_sse_and_websocket_deliver_the_same_sequence(stack: LocalServer) -> None:
    with connected(stack) as client, httpx.Client(base_url=stack.server.api_url, timeout=60) as http:
        client.ask(action="subscribe", workspace=True)
        headers = {"Authorization": f"Bearer {stack.api_key}"}
        with connect_sse(http, "POST", "/v1/personas", json={**BRIEF, "stream": True}, headers=headers) as source:
            streamed = [json.loads(sse.data) for sse in source.iter_sse() if sse.event not in {"persona", "message"}]
        run_id = streamed[0]["run_id"]
        assert [event for event in client.events(run_id) if event["run_id"] == run_id] == streamed


def test_a_workspace_and_a_persona_are_followed(stack: LocalServer) -> None:
    with connected(stack) as everything, connected(stack) as one:
        assert everything.ask(action="subscribe", workspace=True)["workspace"] == "ws_local"
        runs = [start(stack) for _ in range(3)]
        persona_id = stack.call("GET", f"/v1/runs/{runs[0]}").json()["persona_id"]
        assert one.ask(action="subscribe", persona_id=persona_id)["type"] == "ack"
        assert one.events(runs[0]) == logged(stack, runs[0])
        heard = everything.events(*runs)
        for run_id in runs:
            assert [event for event in heard if event["run_id"] == run_id] == logged(stack, run_id)


def test_a_returning_follower_of_the_workspace_gets_what_began_meanwhile(stack: LocalServer) -> None:
    first = start(stack)
    over(stack, first)
    second = start(stack)
    over(stack, second)
    with connected(stack) as client:
        client.ask(action="subscribe", workspace=True, after={first: len(logged(stack, first))})
        heard = [event for event in client.events(second) if event["run_id"] in {first, second}]
        assert heard == logged(stack, second)


def test_the_command_follows_a_run_to_its_end(stack: LocalServer) -> None:
    run_id = start(stack)
    command = [sys.executable, "-m", "fourfold.cli.main", "watch", run_id, "--json"]
    environment = {**os.environ, "FOURFOLD_HOME": str(stack.home.root)}
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, env=environment)
    assert [json.loads(line) for line in told.stdout.splitlines()] == logged(stack, run_id)
    unknown = [*command[:-2], "run_01kaqf0c5v3y9m2t8z4n6r1w7b"]
    refused = subprocess.run(unknown, check=False, capture_output=True, text=True, timeout=60, env=environment)
    assert (refused.returncode, "Not found" in refused.stderr) == (1, True)


def test_the_python_client_follows_a_run_a_persona_and_the_workspace(stack: LocalServer) -> None:
    run_id = start(stack)
    with Fourfold(api_key=stack.api_key, base_url=stack.server.api_url) as client:
        seen = list(client.live(run_ids=[run_id]))
        assert seen == logged(stack, run_id)
        persona_id = client.run(run_id).owner
        replayed = client.live(persona_ids=[persona_id])
        assert [next(replayed) for _ in seen] == seen
        replayed.close()  # type: ignore[attr-defined]  # a generator
        with pytest.raises(ValueError, match="run_ids"):
            next(client.live())

    async def follow() -> list[Any]:
        async with AsyncFourfold(api_key=stack.api_key, base_url=stack.server.api_url) as client:
            return [event async for event in client.live(run_ids=[run_id])]

    assert asyncio.run(follow()) == seen
    key = new_key(stack, "ws_other", "config:read")
    with Fourfold(api_key=key, base_url=stack.server.api_url) as client, pytest.raises(ApiProblemError):
        next(client.live(run_ids=[run_id]))


def test_two_workspaces_never_see_each_other(stack: LocalServer) -> None:
    key = new_key(stack, "ws_other", "personas:read", "personas:write")
    run_id = start(stack)
    with connected(stack) as ours, connected(stack, key) as theirs:
        ours.ask(action="subscribe", workspace=True)
        theirs.ask(action="subscribe", workspace=True)
        refused = theirs.ask(action="subscribe", run_id=run_id)
        assert refused["problem"]["code"] == "not_found"
        persona_id = stack.call("GET", f"/v1/runs/{run_id}").json()["persona_id"]
        assert theirs.ask(action="subscribe", persona_id=persona_id)["problem"]["code"] == "not_found"
        assert theirs.ask(action="subscribe", workspace="ws_local")["problem"]["code"] == "not_found"
        own = start(stack, key)
        assert {event["run_id"] for event in theirs.events(own)} == {own}
        assert own not in {event["run_id"] for event in ours.events(run_id)}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("no json", "invalid_json"),
        ("x" * 200_000, "message_too_large"),
        ('{"action": "dance"}', "unknown_action"),
        ('{"action": "$connect"}', "unknown_action"),
        ('{"action": "$disconnect"}', "unknown_action"),
        ('{"action": {"a": 1}}', "unknown_action"),
        ('{"action": "subscribe", "run_id": "run_01kaqf0c5v3y9m2t8z4n6r1w7b"}', "not_found"),
        ('{"action": "subscribe", "run_id": "x", "surprise": 1}', "invalid_message"),
        (b"\x00\xff\xfe", "invalid_json"),
        ("[" * 30_000, "message_too_large"),
        ("[" * 16_000, "invalid_json"),
        ('{"action":' * 1_600, "invalid_json"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_message_is_answered_and_the_connection_stays(
    stack: LocalServer, message: str | bytes, code: str
) -> None:
    with connected(stack) as client:
        client.socket.send(message)
        assert client.hear()["problem"]["code"] == code
        assert client.ask(action="ping") == {"type": "pong"}


def test_a_ticket_lets_one_of_two_in(stack: LocalServer) -> None:
    issued = stack.call("POST", "/v1/progress/tickets")
    assert issued.status_code == 201
    together = threading.Barrier(2)

    def enter(_: int) -> bool:
        together.wait()
        try:
            with connected(stack, url=issued.json()["url"]) as client:
                return client.ask(action="ping") == {"type": "pong"}
        except InvalidStatus:
            return False

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == [False, True]
    assert issued.json()["ticket"] not in json.dumps(items(stack)), "it is stored hashed"
    assert issued.json()["ticket"] not in stack.home.log.read_text(encoding="utf-8")


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer ff_test_wrong"}], ids=str)
def test_nobody_connects_without_a_key(stack: LocalServer, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus):
        connect(address(stack), additional_headers=headers)
    assert stack.call("POST", "/v1/progress/tickets", headers={"Authorization": "Bearer no"}).status_code == 401


def test_a_key_without_the_scope_connects_nowhere(stack: LocalServer) -> None:
    key = new_key(stack, "ws_other", "config:read")
    with pytest.raises(InvalidStatus):
        connect(address(stack), additional_headers={"Authorization": f"Bearer {key}"})
    for method, path in (("GET", "/v1/progress"), ("POST", "/v1/progress/tickets")):
        assert stack.call(method, path, headers={"Authorization": f"Bearer {key}"}).status_code == 403


def test_a_workspace_may_have_so_many_connections_and_no_more(stack: LocalServer) -> None:
    """Its org sets the limit; a connection that ends makes room for another one."""
    scopes = frozenset({"personas:read", "config:write", "config:write:org"})
    key = ApiKey("key_few", "org_few", "ws_few", scopes)
    DynamoApiKeys(stack.aws("dynamodb"), stack.outputs()["ApiKeysTableName"]).put("ff_test_few", key)
    headers = {"Authorization": "Bearer ff_test_few"}
    ops = [{"op": "set", "key": "api.limits.connections", "value": 2}]
    limited = stack.call("PATCH", "/v1/config", body={"scope": "org", "ops": ops}, headers=headers)
    assert limited.status_code == 200, limited.text
    with connected(stack, key="ff_test_few") as first, connected(stack, key="ff_test_few"):
        with pytest.raises(InvalidStatus):  # 429 on AWS; the engine answers every refused handshake with 403
            connect(address(stack), additional_headers=headers)
        with connected(stack) as other:
            assert other.ask(action="ping") == {"type": "pong"}, "another workspace has its own"
        first.socket.close()

        def enters() -> bool:
            with suppress(InvalidStatus), connected(stack, key="ff_test_few") as third:
                return third.ask(action="ping") == {"type": "pong"}
            return False

        eventually(enters)


def test_a_page_of_this_machine_may_connect_and_one_of_another_site_may_not(stack: LocalServer) -> None:
    def enter(origin: str, site: str) -> None:
        url = stack.call("POST", "/v1/progress/tickets").json()["url"]
        headers = {"Origin": origin, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "websocket"}
        with connect(url, additional_headers=headers) as socket:
            socket.send('{"action": "ping"}')
            assert json.loads(socket.recv(timeout=10)) == {"type": "pong"}

    enter("http://localhost:3000", "cross-site")
    enter("http://127.0.0.1:5173", "same-site")
    for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
        with pytest.raises(InvalidStatus):
            enter(origin, "cross-site")


def test_only_the_product_s_functions_reach_connected_clients(stack: LocalServer) -> None:
    with connected(stack) as client:
        client.ask(action="ping")
        [own] = eventually(lambda: _only([item for item in items(stack) if item["sk"]["S"] == "CONN"]))
        connection_id = own["pk"]["S"].removeprefix("CONN#")
        http = address(stack).replace("ws://", "http://")
        reply = httpx.post(f"{http}/@connections/{connection_id}", content=b"{}")
        assert reply.status_code == 403
        assert client.is_quiet()


def _only(found: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
    """What other tests left behind goes in a moment."""
    return found if len(found) == 1 else None


def test_who_left_is_forgotten_whether_it_said_so_or_not(stack: LocalServer) -> None:
    run_id = start(stack)
    with connected(stack) as client:
        client.ask(action="subscribe", workspace=True)
        assert len(items(stack)) >= 2
    eventually(lambda: not [item for item in items(stack) if item["sk"]["S"] == "CONN"])
    over(stack, run_id)
    # One whose end nobody noticed: its items are there, its connection is not.
    table = stack.outputs()["ConnectionsTableName"]
    ghost = {"sk": {"S": "CONN#ghost"}, "key_hash": {"S": key_hash(stack.api_key)}}
    stack.aws("dynamodb").put_item(TableName=table, Item={"pk": {"S": "WS#ws_local"}, **ghost})
    stack.aws("dynamodb").put_item(
        TableName=table,
        Item={
            "pk": {"S": "CONN#ghost"},
            "sk": {"S": "CONN"},
            "workspace_id": {"S": "ws_local"},
            "key_hash": ghost["key_hash"],
            "topics": {"SS": ["workspace"]},
        },
    )
    start(stack)
    eventually(lambda: not [item for item in items(stack) if "ghost" in item["pk"]["S"] + item["sk"]["S"]])


def test_a_revoked_key_s_connection_is_cut_off(stack: LocalServer) -> None:
    key = new_key(stack, "ws_local", "personas:read")
    with connected(stack, key) as client:
        client.ask(action="subscribe", workspace=True)
        pk = {"pk": {"S": f"KEY#{key_hash(key)}"}}
        stack.aws("dynamodb").delete_item(TableName=stack.outputs()["ApiKeysTableName"], Key=pk)
        time.sleep(5.5)  # what a key ring remembers
        start(stack)
        never_over = ["run_01kaqf0c5v3y9m2t8z4n6r1w7b"]
        with pytest.raises(ConnectionClosed):
            client.events(*never_over)
