"""Settings: what holds and why, and commits that are taken whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.config.registry import registry
from tests.contract.api.config_calls import (
    FALLBACK,
    REQUESTS,
    RETRIES,
    SCORE,
    SOUL_MODEL,
    Settings,
    faults,
    lock,
    put,
    unset,
    with_key,
)
from tests.contract.api.conftest import KEY, READ_KEY, Api

READ = "engine.pipeline.audit."


@pytest.fixture
def tree(api: Api) -> Settings:
    return Settings(api)


def test_the_view_tells_every_key_and_where_it_comes_from(tree: Settings) -> None:
    tree.done(put(RETRIES, 1), scope="org")
    tree.done(lock(SCORE, value=4), scope="system")
    view = tree.get()
    assert [each["key"] for each in view["data"]] == list(registry())
    assert (view["scope"], view["scope_id"]) == ("workspace", "ws_one")
    assert (view["revision"], view["revisions"]) == (0, {"system": 1, "org": 1, "workspace": 0, "persona": 0})
    told = {each["key"]: (each["value"], each["source"], each["locked_by"]) for each in view["data"]}
    assert told[RETRIES] == (1, "org", None)
    assert told[SCORE] == (4.0, "system", "system")
    assert told[SOUL_MODEL] == ("offline:composer-1", "default", None)
    assert told[REQUESTS] == (600, "default", "org"), "a tenant does not raise its own limits"


def test_a_prefix_narrows_the_view(tree: Settings) -> None:
    shown = [each["key"] for each in tree.get(prefix=READ)["data"]]
    assert shown
    assert all(key.startswith(READ) for key in shown)
    assert tree.get(prefix="nothing.")["data"] == []


def test_each_scope_has_a_view_and_a_revision_of_its_own(tree: Settings) -> None:
    tree.done(put(RETRIES, 2), scope="system")
    tree.done(put(RETRIES, 1), scope="org")
    tree.done(put(RETRIES, 0))
    assert [tree.value(RETRIES, scope) for scope in ("system", "org", "workspace")] == [2, 1, 0]
    reply = tree.api.call("GET", "/v1/config?scope=org", tree.key)
    assert (reply.headers["etag"], reply.json()["scope_id"]) == ('"1"', "org")


def test_the_nearest_value_goes_first_and_unset_inherits_again(tree: Settings, api: Api) -> None:
    neighbour = with_key(api, "ffk_neighbour", "config:read", workspace="ws_two")
    stranger = with_key(api, "ffk_stranger", "config:read", workspace="ws_three", org="elsewhere")
    tree.done(put(RETRIES, 2), scope="org")
    tree.done(put(RETRIES, 0))
    assert [each.value(RETRIES) for each in (tree, neighbour, stranger)] == [0, 2, 3]
    tree.done(unset(RETRIES))
    assert tree.of(RETRIES)["source"] == "org"
    assert tree.value(RETRIES) == 2


def test_explain_tells_the_whole_chain(tree: Settings) -> None:
    tree.done(put(RETRIES, 2), scope="system", reason="Cheaper")
    tree.done(put(RETRIES, 1))
    told = tree.get(f"/{RETRIES}/explain")
    assert (told["value"], told["source"], told["unit"]) == (1, "workspace", "attempts")
    chain = {link["scope"]: link for link in told["chain"]}
    assert list(chain) == ["default", "system", "org", "workspace"]
    assert [link["standing"] for link in told["chain"]] == ["overridden", "overridden", "silent", "applies"]
    assert [link["value"] for link in told["chain"]] == [3, 2, None, 1]
    assert (chain["system"]["set_by"], chain["system"]["reason"]) == ("key_ffk_full", "Cheaper")
    assert chain["system"]["revision"] == 1
    assert chain["org"]["is_set"] is False
    assert "set at the workspace scope" in told["why"]


def test_explain_knows_a_value_of_null_from_none(tree: Settings) -> None:
    heat = "engine.pipeline.soul_draft.temperature"
    tree.done(put(heat, 0.5), scope="org")
    tree.done(put(heat, None))
    last = tree.get(f"/{heat}/explain")["chain"][-1]
    assert (last["is_set"], last["value"], last["standing"]) == (True, None, "applies")


def test_an_unknown_key_is_refused_with_the_nearest_ones(tree: Settings) -> None:
    reply = tree.api.call("GET", "/v1/config/engine.pipeline.soul_draft.modell/explain", tree.key)
    assert (reply.status_code, faults(reply)) == (422, [("key", "unknown_key")])
    assert reply.json()["errors"][0]["nearest"][0] == SOUL_MODEL
    reply = tree.commit(put(RETRIES, 1), put("engine.pipeline.audit.max_retrys", 1))
    assert (reply.status_code, faults(reply)) == (422, [("/ops/1/key", "unknown_key")])
    assert RETRIES in reply.json()["errors"][0]["nearest"]
    assert tree.of(RETRIES)["source"] == "default"


def test_the_schema_tells_what_a_key_takes(tree: Settings) -> None:
    told = tree.get("/schema")
    keys = {each["key"]: each for each in told["data"]}
    assert list(keys) == list(registry())
    assert keys[RETRIES]["value_schema"] == {"type": "integer", "minimum": 0, "maximum": 3}
    assert (keys[RETRIES]["default"], keys[RETRIES]["unit"]) == (3, "attempts")
    assert keys[REQUESTS]["scopes"] == ["system", "org"]
    published = ["anthropic", "openai", "google", "bedrock", "offline", "draft"]
    assert [name for name in told["presets"] if not name.endswith("-current")] == published
    assert "anthropic-current" in told["presets"]


def test_a_commit_changes_many_keys_at_one_revision(tree: Settings) -> None:
    told = tree.done(put(RETRIES, 0), put(SCORE, 4), put(SOUL_MODEL, "claude-opus-4-7"), reason="Strict")
    assert (told["revision"], told["dry_run"], told["shadowed"]) == (1, False, [])
    changed = {change["key"]: change for change in told["changes"]}
    assert changed.keys() == {RETRIES, SCORE, SOUL_MODEL}
    assert changed[RETRIES]["before"] is None
    assert changed[SOUL_MODEL]["after"]["value"] == "anthropic:claude-opus-4-7", "stored by its full name"
    assert {(each["after"]["revision"], each["after"]["reason"]) for each in told["changes"]} == {(1, "Strict")}
    assert [warning["code"] for warning in told["warnings"]] == ["provider_not_configured"]
    assert tree.get()["revision"] == 1


def test_operations_follow_one_another(tree: Settings) -> None:
    told = tree.done(put(RETRIES, 0), put(RETRIES, 2), put(SCORE, 4), unset(SCORE))
    assert [(change["key"], change["after"]["value"]) for change in told["changes"]] == [(RETRIES, 2)]


def test_what_changes_nothing_is_no_revision(tree: Settings) -> None:
    tree.done(put(RETRIES, 2))
    again = tree.done(put(RETRIES, 2), unset(SCORE))
    assert (again["revision"], again["changes"]) == (1, [])
    assert len(tree.get("/revisions")["data"]) == 1


@pytest.mark.parametrize(
    ("op", "pointer", "code"),
    [
        (put(RETRIES, 4), "/ops/1/value", "invalid_value"),
        (put(RETRIES, "2"), "/ops/1/value", "invalid_value"),
        (put(RETRIES, True), "/ops/1/value", "invalid_value"),
        (put(RETRIES, None), "/ops/1/value", "invalid_value"),
        (put(SOUL_MODEL, "gpt-next"), "/ops/1/value", "invalid_value"),
        (put(FALLBACK, ["anthropic:claude-opus-4-7", "nobody:x"]), "/ops/1/value", "invalid_value"),
        (put("engine.pipeline.audit.retry_from", "audit"), "/ops/1/value", "invalid_value"),
        (put("engine.provocation.disabled_tests", ["emo.005"]), "/ops/1/value", "invalid_value"),
        (put("engine.pipeline.audit", {}), "/ops/1/key", "unknown_key"),
        (lock(RETRIES, bounds={"enum": [0, 9]}), "/ops/1/bounds", "invalid_value"),
        (lock(RETRIES, bounds={"max": 3}, value=9), "/ops/1/value", "invalid_value"),
        (lock(SOUL_MODEL, bounds={"max": 3}), "/ops/1/bounds", "invalid_value"),
        (lock(RETRIES, bounds={"max": 1}), "/ops/1/bounds", "value_outside_bounds"),
        (lock(RETRIES, bounds={}), "/ops/1/bounds", "value_error"),
        (lock(RETRIES, bounds={"min": "1"}), "/ops/1/bounds/min", "float_type"),
        (lock(RETRIES, bounds={"enum": [3] * 51}), "/ops/1/bounds/enum", "too_long"),
        ({"op": "set", "key": RETRIES}, "/ops/1/value", "required"),
        ({"op": "set", "key": RETRIES, "value": 1, "why": "x"}, "/ops/1/why", "unknown_field"),
        ({"op": "raise", "key": RETRIES}, "/ops/1", "union_tag_invalid"),
    ],
)
def test_one_bad_operation_leaves_everything_as_it_was(tree: Settings, op: Any, pointer: str, code: str) -> None:
    reply = tree.commit(put(SCORE, 4), op)
    assert (reply.status_code, faults(reply)) == (422, [(pointer, code)])
    assert tree.get()["revision"] == 0
    assert tree.of(SCORE)["source"] == "default"
    assert tree.api.stored("outbox") == []


def test_everything_wrong_is_told_at_once(tree: Settings) -> None:
    reply = tree.commit(put(RETRIES, 9), put(SCORE, 4), put(SCORE, "high"))
    assert faults(reply) == [("/ops/0/value", "invalid_value"), ("/ops/2/value", "invalid_value")]


def test_a_dry_run_tells_everything_and_changes_nothing(tree: Settings, api: Api) -> None:
    below = with_key(api, "ffk_below", "config:read", "config:write", workspace="ws_two")
    below.done(put(SOUL_MODEL, "openai:gpt-6.1-sol"))
    before = api.stored("config"), api.stored("outbox")
    ops = [lock(SOUL_MODEL, value="anthropic:claude-opus-4-7"), put(RETRIES, 0)]
    plan = tree.done(*ops, scope="org", dry_run=True)
    assert (api.stored("config"), api.stored("outbox")) == before
    assert (plan["dry_run"], plan["revision"]) == (True, 0)
    done = tree.done(*ops, scope="org")
    assert (done["dry_run"], done["revision"]) == (False, 1)
    assert {change["key"] for change in plan["changes"]} == {SOUL_MODEL, RETRIES}
    assert [(each["owner"], each["key"]) for each in plan["shadowed"]] == [("ws_two", SOUL_MODEL)]
    assert [each["code"] for each in plan["warnings"]] == ["provider_not_configured"]
    assert (plan["shadowed"], plan["warnings"]) == (done["shadowed"], done["warnings"])


def test_a_dry_run_refuses_what_the_commit_would(tree: Settings) -> None:
    assert faults(tree.commit(put(RETRIES, 9), dry_run=True)) == [("/ops/0/value", "invalid_value")]
    tree.done(put(RETRIES, 1))
    assert tree.commit(put(RETRIES, 2), dry_run=True, if_match='"0"').status_code == 412


def test_if_match_lets_the_first_writer_win(tree: Settings) -> None:
    first = tree.commit(put(RETRIES, 1), if_match='"0"')
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    late = tree.commit(put(RETRIES, 2), put(SCORE, 4), if_match='"0"')
    assert (late.status_code, late.json()["code"], late.headers["etag"]) == (412, "precondition_failed", '"1"')
    assert (tree.value(RETRIES), tree.value(SCORE), tree.get()["revision"]) == (1, 3.5, 1)
    assert tree.commit(put(RETRIES, 2), if_match=late.headers["etag"]).status_code == 200
    assert tree.commit(put(RETRIES, 0), if_match="*").status_code == 200


def test_if_match_is_about_the_scope_that_is_written(tree: Settings) -> None:
    tree.done(put(RETRIES, 1), scope="org")
    assert tree.commit(put(SCORE, 4), if_match='"0"').status_code == 200
    assert tree.commit(put(SCORE, 4), if_match='"0"', scope="org").status_code == 412


@pytest.mark.parametrize("tag", ["1", 'W/"1"', '"one"', '"1", "2"', ""])
def test_an_if_match_that_is_no_etag_is_refused(tree: Settings, tag: str) -> None:
    reply = tree.commit(put(RETRIES, 1), if_match=tag)
    assert (reply.status_code, reply.json()["code"]) == (400, "invalid_if_match")
    assert faults(reply) == [("If-Match", "invalid_etag")]
    assert tree.get()["revision"] == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"ops": []}, "/ops"),
        ({}, "/ops"),
        ({"ops": [put(RETRIES, 1)] * 501}, "/ops"),
        ({"ops": [put(RETRIES, 1)], "scope": "request"}, "/scope"),
        ({"ops": [put(RETRIES, 1)], "reason": ""}, "/reason"),
        ({"ops": [put(RETRIES, 1)], "reason": "x" * 501}, "/reason"),
        ({"ops": [put(RETRIES, 1)], "dry_run": "yes"}, "/dry_run"),
        ({"ops": [put(RETRIES, 1)], "force": True}, "/force"),
    ],
)
def test_a_body_of_another_shape_is_named(tree: Settings, body: Any, pointer: str) -> None:
    reply = tree.api.call("PATCH", "/v1/config", tree.key, json=body)
    assert (reply.status_code, [each for each, _ in faults(reply)]) == (422, [pointer])


@pytest.mark.parametrize("path", ["?scope=request", "?scope=", "/revisions?limit=0", "/revisions?scope=all"])
def test_a_query_of_another_shape_is_named(tree: Settings, path: str) -> None:
    reply = tree.api.call("GET", f"/v1/config{path}", tree.key)
    assert reply.status_code == 422
    assert faults(reply)[0][0] in {"scope", "limit"}


@pytest.mark.parametrize("key", [KEY, READ_KEY])
def test_settings_are_not_for_keys_that_read_personas(api: Api, key: str) -> None:
    assert api.call("GET", "/v1/config", key).status_code == 403
    assert api.call("GET", "/v1/config/schema", key).status_code == 403


class TestScopes:
    """Each scope is changed by those who may."""

    WRITES: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("PATCH", "", {"ops": [put(RETRIES, 1)]}),
        ("POST", "/snapshots", {"label": "kept"}),
        ("POST", "/presets/offline/apply", {}),
    )

    @pytest.mark.parametrize(
        ("granted", "allowed"),
        [
            (("config:read",), set()),
            (("config:write",), {"workspace"}),
            (("config:write", "config:write:org"), {"workspace", "org"}),
            (("config:write", "config:write:system"), {"workspace", "system"}),
            (("config:write:org", "config:write:system"), set()),
        ],
    )
    def test_a_scope_is_changed_with_a_grant_of_its_own(
        self, api: Api, granted: tuple[str, ...], allowed: set[str]
    ) -> None:
        holder = with_key(api, "ffk_holder", *granted)
        for method, path, body in self.WRITES:
            for scope in ("system", "org", "workspace"):
                reply = api.call(method, f"/v1/config{path}", holder.key, json={**body, "scope": scope})
                assert (reply.status_code in {200, 201}) is (scope in allowed), (path, scope)
                assert reply.status_code in {200, 201, 403}
                if reply.status_code == 403:
                    assert reply.json()["code"] == "insufficient_scope"

    def test_a_rollback_too(self, api: Api) -> None:
        every = Settings(api)
        kept = {scope: every.snapshot(scope=scope)["id"] for scope in ("system", "org", "workspace")}
        holder = with_key(api, "ffk_holder", "config:read", "config:write")
        told = {scope: holder.post(f"/snapshots/{kept[scope]}/rollback").status_code for scope in kept}
        assert told == {"system": 403, "org": 403, "workspace": 200}
