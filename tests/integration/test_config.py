"""Settings on the deployed template: what a commit changes in the runs that follow, and in no other."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from fourfold.http.scopes import SCOPES
from fourfold.ids import new_run_id
from fourfold.storage.keys.api_keys import ApiKey, DynamoApiKeys
from tests.integration.local_server import LocalServer

BRIEF = "A shy founder, 34, in Istanbul"
PIPELINE = "engine.pipeline"
MODEL, TEMPERATURE = f"{PIPELINE}.soul_draft.model", f"{PIPELINE}.soul_draft.temperature"
TOKENS = f"{PIPELINE}.soul_draft.max_tokens"
SCORE, RETRIES = f"{PIPELINE}.audit.min_overall_score", f"{PIPELINE}.audit.max_retries"
TIMEOUT = f"{PIPELINE}.single_call.timeout_s"

Connect = Callable[[], httpx.Client]


@pytest.fixture
def workspace(stack: LocalServer) -> Iterator[httpx.Client]:
    """A workspace of its own, so that what it sets is nobody else's."""
    name = new_run_id().removeprefix("run_")
    key = ApiKey(f"key_{name}", f"org_{name}", f"ws_{name}", frozenset(SCOPES))
    secret = f"ff_test_{name}"
    DynamoApiKeys(stack.aws("dynamodb"), stack.outputs()["ApiKeysTableName"]).put(secret, key)
    headers = {"Authorization": f"Bearer {secret}"}
    with httpx.Client(base_url=stack.server.api_url, headers=headers, timeout=60) as client:
        yield client


def commit(client: httpx.Client, *ops: dict[str, Any], scope: str = "workspace", **headers: str) -> httpx.Response:
    return client.patch("/v1/config", json={"scope": scope, "ops": list(ops), "reason": "a test"}, headers=headers)


def set_to(key: str, value: object) -> dict[str, Any]:
    return {"op": "set", "key": key, "value": value}


def run_of(client: httpx.Client, persona: dict[str, Any]) -> tuple[dict[str, Any], Counter[str]]:
    """A persona's run, and how often each type of event happened in it."""
    path = f"/v1/runs/{persona['run_id']}"
    events = client.get(f"{path}/events", headers={"Accept": "application/json"}).json()["data"]
    return client.get(path).json(), Counter(event["type"] for event in events)


def create(client: httpx.Client, config: dict[str, Any] | None = None) -> dict[str, Any]:
    reply = client.post("/v1/personas", json={"intent": BRIEF, "seed": 1, "config": config or {}})
    assert reply.status_code == 201, reply.text
    persona: dict[str, Any] = reply.json()
    return persona


def test_the_next_run_goes_the_way_the_settings_say(workspace: httpx.Client) -> None:
    before = create(workspace)
    changed = commit(workspace, set_to(SCORE, 5.0), set_to(RETRIES, 0), set_to(TOKENS, 3000))
    assert (changed.status_code, changed.json()["revision"], changed.headers["etag"]) == (200, 1, '"1"')
    flagged = create(workspace)
    commit(workspace, set_to(RETRIES, 2))
    retried = create(workspace)

    run, events = run_of(workspace, before)
    assert (before["status"], events["audit.scored"], run["config_revisions"]["workspace"]) == ("active", 1, 0)
    run, events = run_of(workspace, flagged)
    assert (flagged["status"], events["audit.scored"], events["pipeline.retrying"]) == ("flagged", 1, 0)
    assert run["config_revisions"] == {
        "system": run["config_revisions"]["system"],
        "org": 0,
        "workspace": 1,
        "persona": 0,
    }
    assert run["config"]["pipeline"]["soul_draft"]["max_tokens"] == 3000
    assert (run["config"]["pipeline"]["audit"]["min_overall_score"], run["config_revision"]) == (5.0, 1)
    run, events = run_of(workspace, retried)
    assert (retried["status"], events["audit.scored"], events["pipeline.retrying"]) == ("flagged", 3, 2)
    assert (len(run["attempts"]), run["config_revision"]) == (3, 2)


def test_a_change_in_the_middle_of_a_run_is_for_the_next_one(workspace: httpx.Client) -> None:
    commit(workspace, set_to(SCORE, 5.0), set_to(RETRIES, 1))
    body = {"intent": BRIEF, "stream": True}
    changed, types = None, []
    with workspace.stream("POST", "/v1/personas", json=body) as reply:
        for line in reply.iter_lines():
            field, _, data = line.partition(": ")
            if field == "event":
                types.append(data)
            if field == "data":
                last = json.loads(data)
            if (field, data) == ("event", "step.completed") and changed is None:
                changed = commit(workspace, set_to(SCORE, 0.0), set_to(RETRIES, 0))
    assert changed is not None
    assert changed.status_code == 200
    assert types.index("step.completed") < types.index("audit.scored")
    run, events = run_of(workspace, last)
    assert (last["status"], events["audit.scored"]) == ("flagged", 2)
    assert (run["config_revision"], run["config"]["pipeline"]["audit"]["max_retries"]) == (1, 1)
    assert create(workspace)["status"] == "active"


def test_a_model_nobody_can_call_is_warned_of_and_then_refused_before_a_run(workspace: httpx.Client) -> None:
    warned = commit(workspace, set_to(MODEL, "openai:gpt-6.1-sol"), set_to(f"{PIPELINE}.soul_draft.fallback", []))
    assert {each["code"] for each in warned.json()["warnings"]} == {"provider_not_configured"}
    refused = workspace.post("/v1/personas", json={"intent": BRIEF})
    assert (refused.status_code, refused.json()["code"]) == (422, "provider_not_configured")
    assert workspace.get("/v1/personas").json()["data"] == []


def test_a_temperature_its_model_does_not_take_is_warned_of_and_left_out(workspace: httpx.Client) -> None:
    [warning] = commit(workspace, set_to(TEMPERATURE, 0.4)).json()["warnings"]
    assert (warning["code"], warning["key"]) == ("temperature_not_sent", TEMPERATURE)
    run, _ = run_of(workspace, create(workspace))
    assert run["config"]["pipeline"]["soul_draft"]["temperature"] is None


def test_of_two_writers_with_one_etag_one_is_told_to_look_again(workspace: httpx.Client) -> None:
    for number in range(5):
        seen = workspace.get("/v1/config", params={"prefix": TIMEOUT}).headers["etag"]
        ops = [set_to(TIMEOUT, 10 + 2 * number), set_to(TIMEOUT, 11 + 2 * number)]
        with ThreadPoolExecutor(2) as pool:
            replies = list(pool.map(lambda op, tag=seen: commit(workspace, op, **{"If-Match": tag}), ops))
        assert sorted(reply.status_code for reply in replies) == [200, 412]
        [won] = [op["value"] for op, reply in zip(ops, replies, strict=True) if reply.status_code == 200]
        assert workspace.get("/v1/config", params={"prefix": TIMEOUT}).json()["data"][0]["value"] == won
    history = workspace.get("/v1/config/revisions").json()["data"]
    assert [made["revision"] for made in history] == [5, 4, 3, 2, 1]


def test_writers_without_an_etag_all_get_through(workspace: httpx.Client) -> None:
    keys = [f"{PIPELINE}.{step}.timeout_s" for step in ("intent_parse", "soul_draft", "mask_build", "audit")]
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda key: commit(workspace, set_to(key, 33)), keys))
    assert [reply.status_code for reply in replies] == [200] * 4
    held = {row["key"]: row["value"] for row in workspace.get("/v1/config").json()["data"]}
    assert [held[key] for key in keys] == [33] * 4


@pytest.fixture
def locked(workspace: httpx.Client) -> Iterator[httpx.Client]:
    """A workspace whose value the system then locked over; of a key no other test sets, as all are below the system."""
    assert commit(workspace, set_to(TIMEOUT, 77)).status_code == 200
    made = commit(workspace, {"op": "lock", "key": TIMEOUT, "value": 55}, scope="system")
    assert made.status_code == 200, made.text
    owners = [(each["scope"], each["value"]) for each in made.json()["shadowed"]]
    assert ("workspace", 77) in owners
    yield workspace
    commit(workspace, {"op": "unlock", "key": TIMEOUT}, {"op": "unset", "key": TIMEOUT}, scope="system")


def test_a_systems_lock_holds_a_workspace_and_a_request(locked: httpx.Client) -> None:
    refused = commit(locked, set_to(TIMEOUT, 60))
    told = refused.json()
    assert (refused.status_code, told["code"], told["locked_by"]) == (403, "config_locked", "system")
    assert [(each["pointer"], each["locked_by"]) for each in told["errors"]] == [("/ops/0/key", "system")]
    request = locked.post("/v1/personas", json={"intent": BRIEF, "config": {TIMEOUT: 60}})
    assert (request.status_code, request.json()["code"]) == (403, "config_locked")
    run, _ = run_of(locked, create(locked))
    assert run["config"]["pipeline"]["single_call"]["timeout_s"] == 55
    explained = locked.get(f"/v1/config/{TIMEOUT}/explain").json()
    assert (explained["source"], explained["locked_by"]) == ("system", "system")
    assert [link["standing"] for link in explained["chain"]] == ["overridden", "applies", "silent", "shadowed"]


def test_a_key_of_the_workspace_reaches_no_further(stack: LocalServer, workspace: httpx.Client) -> None:
    made = workspace.post("/v1/keys", json={"name": "its own", "scopes": ["config:read", "config:write"]})
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    with httpx.Client(base_url=stack.server.api_url, headers=headers, timeout=30) as own:
        assert commit(own, set_to(TIMEOUT, 20)).status_code == 200
        for scope in ("org", "system"):
            refused = commit(own, set_to(TIMEOUT, 20), scope=scope)
            assert (refused.status_code, refused.json()["code"]) == (403, "insufficient_scope")


def test_a_swap_is_one_commit_and_a_rollback_takes_it_back(workspace: httpx.Client) -> None:
    commit(workspace, set_to(RETRIES, 1))
    before = workspace.get("/v1/config").json()["data"]
    kept = workspace.post("/v1/config/snapshots", json={"label": "before the swap"}).json()
    swapped = workspace.post("/v1/config/presets/google/apply", json={"reason": "trying"})
    assert (swapped.status_code, swapped.json()["revision"]) == (200, 2)
    models = {row["value"] for row in workspace.get("/v1/config").json()["data"] if row["key"].endswith(".model")}
    assert {str(model).partition(":")[0] for model in models} == {"google"}
    back = workspace.post(f"/v1/config/snapshots/{kept['id']}/rollback", json={"reason": "it was not better"})
    assert (back.status_code, back.json()["revision"], back.json()["not_restored"]) == (200, 3, [])
    assert workspace.get("/v1/config").json()["data"] == before
    assert create(workspace)["status"] == "active"


def test_every_commit_is_announced_once_and_a_refused_or_empty_one_is_not(
    stack: LocalServer, workspace: httpx.Client
) -> None:
    commit(workspace, set_to(RETRIES, 1))
    commit(workspace, set_to(RETRIES, 1))
    commit(workspace, set_to(RETRIES, 9))
    commit(workspace, {"op": "unset", "key": RETRIES})
    owner = workspace.get("/v1/config").json()["scope_id"]
    waiting = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs()["OutboxTableName"])
    entries = [json.loads(item["entry"]["S"]) for page in waiting for item in page["Items"]]
    told = [entry["Detail"]["data"] for entry in entries if entry["Detail"]["metadata"]["workspace_id"] == owner]
    assert sorted(
        (data["scope"], data["revision"], tuple(data["keys"]), data["reason"]) for data in told if "revision" in data
    ) == [("workspace", number, (RETRIES,), "a test") for number in (1, 2)]
