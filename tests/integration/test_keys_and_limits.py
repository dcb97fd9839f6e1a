"""API keys, the rate limit and the slots of runs on the real engine, with the API's own role."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from fourfold.http.scopes import SCOPES
from fourfold.ids import new_run_id
from fourfold.rate_limit import RateLimiter
from fourfold.storage.idempotency.rate_windows import DynamoRateWindows
from fourfold.storage.runs.slots import GenerationSlots
from tests.integration.local_server import LocalServer, eventually
from tests.integration.roles import as_role_of

FOURFOLD = str(Path(sys.executable).parent / "fourfold")
WORKSPACE = "ws_local"


def cli(stack: LocalServer, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FOURFOLD_API_URL": stack.server.api_url, "FOURFOLD_API_KEY": stack.api_key}
    return subprocess.run([FOURFOLD, *arguments], env=environment, capture_output=True, text=True, check=False)


def with_key(stack: LocalServer, key: str) -> httpx.Client:
    return httpx.Client(base_url=stack.server.api_url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def test_a_key_is_made_used_and_revoked_in_the_terminal(stack: LocalServer) -> None:
    made = cli(stack, "keys", "create", "a reader", "--scope", "personas:read", "--days", "1")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    key_id = made.stderr.split()[0]
    assert key.startswith("ff_live_")
    with with_key(stack, key) as reader:
        assert reader.get("/v1/personas").status_code == 200
        assert reader.post("/v1/personas", json={"intent": "x"}).status_code == 403
        assert key not in cli(stack, "keys", "list").stdout
        assert key[-4:] in cli(stack, "keys", "list", "--json").stdout
        assert cli(stack, "keys", "revoke", key_id).returncode == 0
        revoked = time.monotonic()
        accepted = revoked
        while True:
            sent = time.monotonic()
            if reader.get("/v1/personas").status_code == 401:
                break
            accepted = sent
            time.sleep(0.05)
        assert accepted - revoked < 5, "a request that was sent later than a key ring remembers was accepted"
    wrong = cli(stack, "keys", "revoke", key_id + "0")
    assert (wrong.returncode, "Not found" in wrong.stderr) == (1, True)


def test_the_use_of_a_key_is_noted(client: httpx.Client) -> None:
    assert client.get("/v1/keys/key_local").status_code == 200
    told = eventually(lambda: client.get("/v1/keys/key_local").json()["last_used_at"])
    assert told.endswith("Z")


def test_a_minute_is_shared_by_two_processes(stack: LocalServer, client: httpx.Client) -> None:
    """The API's process and this one, which stands for another: together they let exactly the limit through."""
    created = client.post("/v1/keys", json={"name": "busy", "scopes": list(SCOPES)}).json()
    table = stack.outputs()["IdempotencyTableName"]
    second = RateLimiter(DynamoRateWindows(as_role_of(stack, "api", "dynamodb"), table, time.time))
    with with_key(stack, created["key"]) as busy:
        began = time.monotonic()

        def one(number: int) -> bool:
            if number % 3 == 0:
                return second.take(created["id"], 600).allowed
            return busy.get("/v1/keys/key_local").status_code == 200

        with ThreadPoolExecutor(8) as pool:
            outcome = Counter(pool.map(one, range(690)))
        reply = busy.get("/v1/keys/key_local")
        assert time.monotonic() - began < 55, "too slow to say anything about one minute"
    assert 600 - 600 // 60 <= outcome[True] <= 600
    assert (reply.status_code, reply.json()["code"]) == (429, "rate_limited")
    assert 0 < int(reply.headers["retry-after"]) <= 60


def test_slots_of_runs_that_are_over_are_freed(stack: LocalServer, client: httpx.Client) -> None:
    over = set()
    for _ in range(2):
        made = client.post("/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"})
        assert made.status_code == 201
        over.add(made.json()["run_id"])
    table = stack.outputs()["PersonasTableName"]
    dynamodb = as_role_of(stack, "api", "dynamodb")
    held = _slots(dynamodb, table)
    assert over <= {slot["run_id"]["S"] for slot in held}
    limit = 1 + max(int(slot["sk"]["S"]) for slot in held)
    one_more_than_free = [new_run_id() for _ in range(limit - len(held) + 1)]
    GenerationSlots(dynamodb, table).take(WORKSPACE, one_more_than_free, limit)
    assert not over & {slot["run_id"]["S"] for slot in _slots(dynamodb, table)}


def _slots(dynamodb: Any, table: str) -> list[Any]:
    reply = dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"WS#{WORKSPACE}#SLOTS"}},
        ConsistentRead=True,
    )
    return list(reply["Items"])
