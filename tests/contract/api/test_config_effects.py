"""What a commit does to the rest: the event, the runs that follow, their requests, limits and jobs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.configuration import config_reader, deployment_defaults
from tests.contract.api.config_calls import (
    REQUESTS,
    RETRIES,
    SCORE,
    SOUL_MODEL,
    Settings,
    faults,
    lock,
    put,
    unlock,
    unset,
)
from tests.contract.api.conftest import KEY, OTHER_FULL_KEY, OTHER_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ASYNC = {"Prefer": "respond-async"}
OPUS, SONNET = "anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"


@pytest.fixture
def tree(api: Api) -> Settings:
    return Settings(api)


@pytest.fixture
def anthropic(tree: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A deployment that has Anthropic's key."""
    monkeypatch.setenv("FOURFOLD_PROVIDERS", "anthropic")
    deployment_defaults.cache_clear()
    config_reader.cache_clear()
    yield tree
    deployment_defaults.cache_clear()


def told(api: Api) -> list[dict[str, Any]]:
    """What is announced of settings, oldest first."""
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    found = [entry for entry in entries if entry["DetailType"] == "config.changed"]
    return sorted(found, key=lambda entry: str(entry["Detail"]["metadata"]["occurred_at"]))


def create(api: Api, config: Any = None, key: str = KEY) -> Any:
    body = BRIEF if config is None else {**BRIEF, "config": config}
    return api.call("POST", "/v1/personas", key, json=body, headers=ASYNC)


class TestEvent:
    """`config.changed`, stored in the transaction of the commit."""

    def test_it_tells_who_when_why_and_which_keys(self, tree: Settings) -> None:
        tree.done(put(SCORE, 4), put(RETRIES, 1), reason="Strict")
        [entry] = told(tree.api)
        [revision] = tree.get("/revisions")["data"]
        assert entry["Detail"]["data"] == {
            "scope": "workspace",
            "scope_id": "ws_one",
            "persona_id": None,
            "revision": 1,
            "kind": "commit",
            "changed_by": "key_ffk_full",
            "reason": "Strict",
            "keys": [RETRIES, SCORE],
        }
        assert entry["Detail"]["metadata"]["workspace_id"] == "ws_one"
        assert entry["Detail"]["metadata"]["occurred_at"] == revision["at"]

    def test_one_for_each_commit_whatever_its_kind(self, tree: Settings) -> None:
        kept = tree.snapshot(scope="org")["id"]
        tree.post("/presets/openai/apply", {"scope": "org"})
        tree.post(f"/snapshots/{kept}/rollback")
        tree.done(lock(RETRIES), scope="system")
        assert [(entry["Detail"]["data"]["scope"], entry["Detail"]["data"]["kind"]) for entry in told(tree.api)] == [
            ("org", "preset"),
            ("org", "rollback"),
            ("system", "commit"),
        ]

    def test_none_for_what_was_refused_or_changed_nothing(self, tree: Settings) -> None:
        tree.done(lock(RETRIES), scope="org")
        before = told(tree.api)
        tree.commit(put(RETRIES, 1))
        tree.commit(put(SCORE, 99))
        tree.commit(put(SCORE, 4), if_match='"9"')
        tree.commit(put(SCORE, 4), dry_run=True)
        tree.commit(unset(SCORE))
        assert told(tree.api) == before

    def test_without_it_there_is_no_commit(self, tree: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FOURFOLD_OUTBOX_TABLE", "no-such-table")
        assert tree.commit(put(RETRIES, 1)).status_code >= 500
        assert (tree.get()["revision"], tree.get("/revisions")["data"]) == (0, [])
        assert tree.of(RETRIES)["source"] == "default"


class TestRuns:
    """A run is pinned to what held when it started."""

    def test_the_offline_preset_is_warned_of_and_starts_none_where_the_composer_is_not_deployed(
        self, anthropic: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("fourfold.models.credentials.is_installed", lambda: False)
        applied = anthropic.post("/presets/offline/apply", {"reason": "To see"})
        assert applied.status_code == 200
        warnings = applied.json()["warnings"]
        assert {warning["code"] for warning in warnings} == {"provider_not_configured"}
        assert all("not part of this deployment" in warning["detail"] for warning in warnings)
        reply = create(anthropic.api)
        assert (reply.status_code, reply.json()["code"]) == (422, "provider_not_configured")
        assert "/config/engine.pipeline.audit.model" in {error["pointer"] for error in reply.json()["errors"]}
        assert anthropic.api.machine.started == []

    def test_a_later_run_has_the_change_and_an_earlier_one_has_not(self, anthropic: Settings) -> None:
        api = anthropic.api
        api.machine.hold.clear()
        first = create(api).json()["run_id"]
        [(_, started)] = api.machine.started
        before = api.run(first)
        anthropic.done(put(SOUL_MODEL, SONNET), put(RETRIES, 0))
        anthropic.done(put(SCORE, 4), scope="org")
        second = create(api).json()["run_id"]
        _, (_, later) = api.machine.started
        assert (started.config.pipeline.soul_draft.model, later.config.pipeline.soul_draft.model) == (OPUS, SONNET)
        assert (later.config.pipeline.audit.max_retries, later.config.pipeline.audit.min_overall_score) == (0, 4.0)
        assert started.config_hash != later.config_hash
        run = api.run(second)
        assert (run.config_hash, run.config) == (later.config_hash, later.config)
        assert run.config_revisions.model_dump() == {"system": 0, "org": 1, "workspace": 1, "persona": 0}
        assert api.run(first) == before, "a change in the middle of a run changes nothing in it"
        assert before.config_revisions.model_dump() == {"system": 0, "org": 0, "workspace": 0, "persona": 0}
        api.machine.hold.set()

    def test_the_run_record_tells_its_settings(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        run_id = create(tree.api).json()["run_id"]
        run = tree.api.call("GET", f"/v1/runs/{run_id}").json()
        assert run["config_hash"] == tree.api.run(run_id).config_hash
        assert run["config_revision"] == 1

    def test_the_same_settings_have_the_same_hash(self, tree: Settings) -> None:
        for op in (put(RETRIES, 3), put(RETRIES, 1), unset(RETRIES)):
            create(tree.api)
            tree.done(op)
        create(tree.api)
        first, same, changed, back = [state.config_hash for _, state in tree.api.machine.started]
        assert first == same == back != changed

    def test_another_workspaces_settings_are_its_own(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1))
        create(tree.api, key=OTHER_KEY)
        [(_, state)] = tree.api.machine.started
        assert state.config.pipeline.audit.max_retries == 3


class TestRequests:
    """A request is the lowest scope."""

    def test_it_goes_before_the_workspace(self, tree: Settings) -> None:
        tree.done(put(RETRIES, 1), put(SCORE, 4))
        create(tree.api, {RETRIES: 2})
        [(_, state)] = tree.api.machine.started
        assert state.config.pipeline.audit.max_retries == 2
        assert state.config.pipeline.audit.min_overall_score == 4.0

    @pytest.mark.parametrize("scope", ["system", "org", "workspace"])
    def test_a_lock_of_any_scope_stops_it(self, tree: Settings, scope: str) -> None:
        tree.done(lock(RETRIES, value=1), scope=scope)
        reply = create(tree.api, {RETRIES: 1, SCORE: 4})
        problem = reply.json()
        assert (reply.status_code, problem["code"], problem["locked_by"]) == (403, "config_locked", scope)
        assert faults(reply) == [(f"/config/{RETRIES}", "config_locked")]
        assert tree.api.nothing_happened()
        tree.done(unlock(RETRIES), scope=scope)
        assert create(tree.api, {RETRIES: 1, SCORE: 4}).status_code == 202

    def test_bounds_leave_it_a_choice(self, tree: Settings) -> None:
        tree.done(lock(RETRIES, bounds={"max": 1}, value=1))
        assert create(tree.api, {RETRIES: 0}).status_code == 202
        reply = create(tree.api, {RETRIES: 2})
        assert (reply.status_code, reply.json()["locked_by"]) == (403, "workspace")
        assert "it takes at most 1" in reply.json()["errors"][0]["detail"]

    @pytest.mark.parametrize("key", ["engine.chat.model", "engine.provocation.judge.model", REQUESTS])
    def test_what_is_not_a_runs_is_not_a_requests(self, tree: Settings, key: str) -> None:
        reply = create(tree.api, {key: 1})
        assert (reply.status_code, faults(reply)) == (422, [(f"/config/{key}", "not_settable")])
        [known] = [each for each in tree.get("/schema")["data"] if each["key"] == key]
        assert "request" not in known["scopes"], "the schema says so beforehand"

    def test_every_key_the_schema_gives_a_request_is_taken(self, tree: Settings) -> None:
        keys = {each["key"]: each["default"] for each in tree.get("/schema")["data"] if "request" in each["scopes"]}
        assert create(tree.api, keys).status_code == 202


class TestLimits:
    """The API's own settings hold from the next request on."""

    def test_requests_a_minute(self, tree: Settings) -> None:
        def policy(key: str = KEY) -> str:
            return str(tree.api.call("GET", "/v1/personas", key).headers["ratelimit-policy"])

        assert policy() == '"requests";q=600;w=60'
        tree.done(put(REQUESTS, 700), scope="org")
        assert (policy(), policy(OTHER_KEY)) == ('"requests";q=700;w=60', '"requests";q=700;w=60')
        tree.done(unset(REQUESTS), scope="org")
        assert policy() == '"requests";q=600;w=60'
        tree.done(put(REQUESTS, 1), scope="org")
        assert [tree.api.call("GET", "/v1/personas", OTHER_FULL_KEY).status_code for _ in range(2)] == [200, 429]

    def test_personas_at_once(self, tree: Settings) -> None:
        tree.api.machine.fate = "silent"
        tree.done(put("api.limits.concurrent_generations", 1), scope="org")
        assert create(tree.api).status_code == 202
        assert create(tree.api).status_code == 429
        tree.done(put("api.limits.concurrent_generations", 2), scope="org")
        assert create(tree.api).status_code == 202


class TestJobs:
    """Jobs read their workspace's settings when they begin."""

    def test_the_suite(self, tree: Settings) -> None:
        tree.done(
            put("engine.provocation.disabled_tests", ["role.001"]),
            put("engine.provocation.judge.model", OPUS),
        )
        persona = tree.api.call("POST", "/v1/personas", json=BRIEF).json()["id"]
        path = f"/v1/personas/{persona}/test-suite"
        tree.done(put("engine.provocation.judge.model", "offline:composer-1"))
        assert tree.api.call("POST", path, json={}).status_code == 202
        tree.api.do_jobs()
        suite = tree.api.call("GET", path).json()
        assert suite["status"] == "ready"
        assert suite["judges"]["first"] == "offline:composer-1"
        assert "role.001" not in [each["id"] for each in suite["results"]]
        assert suite["counts"]["total"] == 32


def test_a_commit_of_every_key_with_the_longest_reason_is_kept(tree: Settings) -> None:
    """DynamoDB keeps at most 400 KB an item."""
    values = {each["key"]: each["default"] for each in tree.get("/schema")["data"]}
    reason = "\N{FACE WITH TEARS OF JOY}" * 500
    assert tree.done(*(lock(key, value=value) for key, value in values.items()), scope="system", reason=reason)
    told = tree.done(*(unlock(key) for key in values), scope="system", reason=reason)
    assert len(told["changes"]) == len(values)
    assert tree.get(f"/{RETRIES}/explain")["chain"][1]["reason"] == reason
