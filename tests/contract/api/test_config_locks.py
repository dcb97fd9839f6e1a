"""Locks: exact or bounded, what they overrule, and that it comes back."""

from __future__ import annotations

from typing import Any

import pytest

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
    unlock,
    unset,
    with_key,
)
from tests.contract.api.conftest import Api

OPUS, SONNET = "anthropic:claude-opus-4-7", "anthropic:claude-sonnet-4-6"


@pytest.fixture
def tree(api: Api) -> Settings:
    return Settings(api)


def test_an_exact_lock_stops_everything_below(tree: Settings) -> None:
    tree.done(lock(RETRIES, value=1), scope="org")
    for op in (put(RETRIES, 0), put(RETRIES, 1), lock(RETRIES), lock(RETRIES, bounds={"max": 3})):
        reply = tree.commit(put(SCORE, 4), op)
        problem = reply.json()
        assert (reply.status_code, problem["code"], problem["locked_by"]) == (403, "config_locked", "org")
        assert faults(reply) == [("/ops/1/key", "config_locked")]
        assert problem["errors"][0]["locked_by"] == "org"
    assert (tree.get()["revision"], tree.of(SCORE)["source"]) == (0, "default")
    shown = tree.of(RETRIES)
    assert (shown["value"], shown["source"], shown["locked_by"]) == (1, "org", "org")


def test_whoever_locked_may_change_it(tree: Settings) -> None:
    tree.done(lock(RETRIES, value=1), scope="org")
    tree.done(put(RETRIES, 2), scope="org")
    assert (tree.value(RETRIES), tree.of(RETRIES, "org")["locked_by"]) == (2, None)
    assert tree.of(RETRIES, "org")["lock"] == {"bounds": None}


def test_the_uppermost_lock_decides(tree: Settings) -> None:
    tree.done(lock(RETRIES), scope="org")
    tree.done(lock(RETRIES), scope="system")
    reply = tree.commit(put(RETRIES, 0))
    assert reply.json()["locked_by"] == "system"
    tree.done(unlock(RETRIES), scope="system")
    assert tree.commit(put(RETRIES, 0)).json()["locked_by"] == "org"


def test_what_is_wrong_is_told_before_what_is_locked(tree: Settings) -> None:
    tree.done(lock(RETRIES), scope="org")
    reply = tree.commit(put(RETRIES, 0), put(SCORE, 99))
    assert (reply.status_code, faults(reply)) == (422, [("/ops/1/value", "invalid_value")])


@pytest.mark.parametrize(
    ("key", "held", "inside", "outside"),
    [
        (RETRIES, {"bounds": {"min": 1, "max": 2}, "value": 2}, [1, 2], [0, 3]),
        (SCORE, {"bounds": {"min": 3.5}, "value": 3.5}, [3.5, 5], [3.4, 0]),
        (
            SOUL_MODEL,
            {"bounds": {"enum": [OPUS, SONNET]}, "value": OPUS},
            [OPUS, SONNET],
            ["openai:gpt-6.1-sol", "offline:composer-1"],
        ),
        (SOUL_MODEL, {"bounds": {"enum": ["claude-opus-4-7"]}, "value": OPUS}, [OPUS, "claude-opus-4-7"], [SONNET]),
        (
            FALLBACK,
            {"bounds": {"enum": [OPUS, SONNET]}, "value": []},
            [[], [SONNET], [SONNET, OPUS]],
            [[OPUS, "openai:gpt-6.1-sol"]],
        ),
        (
            "engine.pipeline.drift_detection.threshold",
            {"bounds": {"max": 0.4}, "value": 0.3},
            [0.1, 0.4],
            [0.5, "auto"],
        ),
        ("engine.chat.window", {"bounds": {"min": 5, "enum": [0, 10, 20]}, "value": 20}, [10, 20], [0, 11]),
    ],
)
def test_a_bounded_lock_leaves_a_choice(
    tree: Settings, key: str, held: Any, inside: list[Any], outside: list[Any]
) -> None:
    tree.done(lock(key, **held), scope="org")
    for value in inside:
        tree.done(put(key, value))
    for value in outside:
        reply = tree.commit(put(key, value))
        assert (reply.status_code, reply.json()["code"], reply.json()["locked_by"]) == (403, "config_locked", "org")
        assert "it takes" in reply.json()["errors"][0]["detail"]
    last = tree.of(key)
    assert (last["source"], last["locked_by"]) == ("workspace", None)
    assert [each["scope"] for each in last["bounds"]] == ["org"]


def test_bounds_add_up_on_the_way_down(tree: Settings) -> None:
    tree.done(lock(RETRIES, bounds={"max": 2}, value=2), scope="system")
    assert tree.commit(put(RETRIES, 3), scope="org").json()["locked_by"] == "system"
    tree.done(lock(RETRIES, bounds={"min": 1}, value=1), scope="org")
    told = {value: tree.commit(put(RETRIES, value)).json().get("locked_by") for value in (0, 1, 2, 3)}
    assert told == {0: "org", 1: None, 2: None, 3: "system"}


def test_bounds_have_to_hold_what_is_there(tree: Settings) -> None:
    assert faults(tree.commit(lock(RETRIES, bounds={"max": 1}), scope="org")) == [
        ("/ops/0/bounds", "value_outside_bounds")
    ]
    tree.done(put(RETRIES, 1), scope="org")
    taken_away = tree.commit(unset(RETRIES), lock(RETRIES, bounds={"max": 1}), scope="org")
    assert faults(taken_away) == [("/ops/1/bounds", "value_outside_bounds")], "3 would be inherited"
    tree.done(unset(RETRIES), lock(RETRIES, bounds={"min": 2}), scope="org")
    assert tree.value(RETRIES) == 3


def test_a_lock_tells_what_it_overrules_and_unlock_brings_it_back(tree: Settings, api: Api) -> None:
    other = with_key(api, "ffk_two", "config:read", "config:write", workspace="ws_two")
    foreign = with_key(api, "ffk_three", "config:read", "config:write", workspace="ws_three", org="elsewhere")
    tree.done(put(RETRIES, 0))
    other.done(put(RETRIES, 1))
    foreign.done(put(RETRIES, 2))
    told = tree.done(lock(RETRIES, value=3), scope="org")
    assert {(each["scope"], each["owner"], each["value"]) for each in told["shadowed"]} == {
        ("workspace", "ws_one", 0),
        ("workspace", "ws_two", 1),
    }
    shown = tree.of(RETRIES)
    assert (shown["value"], shown["source"], shown["shadowed"]) == (3, "org", ["workspace"])
    explained = tree.get(f"/{RETRIES}/explain")
    assert explained["chain"][-1]["standing"] == "shadowed"
    assert explained["chain"][-1]["value"] == 0
    assert foreign.value(RETRIES) == 2, "another org's lock"
    assert [each.value(RETRIES) for each in (tree, other)] == [3, 3]
    assert tree.done(unlock(RETRIES), scope="org")["shadowed"] == []
    assert [each.value(RETRIES) for each in (tree, other)] == [0, 1]
    assert [each["revision"] for each in (tree.get(), other.get())] == [1, 1], "nobody below was written to"


def test_a_bounded_lock_overrules_only_what_is_outside(tree: Settings, api: Api) -> None:
    other = with_key(api, "ffk_two", "config:read", "config:write", workspace="ws_two")
    tree.done(put(RETRIES, 0))
    other.done(put(RETRIES, 2))
    told = tree.done(lock(RETRIES, bounds={"min": 1}), scope="system")
    assert [(each["owner"], each["value"]) for each in told["shadowed"]] == [("ws_one", 0)]
    assert [each.value(RETRIES) for each in (tree, other)] == [3, 2]


def test_values_under_a_lock_may_be_taken_away(tree: Settings) -> None:
    tree.done(put(RETRIES, 0))
    tree.done(lock(RETRIES), scope="org")
    tree.done(unset(RETRIES))
    tree.done(unlock(RETRIES), scope="org")
    assert tree.of(RETRIES)["source"] == "default"


@pytest.mark.parametrize(
    ("key", "value", "scope", "by"),
    [
        (REQUESTS, 1000, "workspace", "org"),
        ("engine.safety.disclose_ai", False, "workspace", "system"),
        ("engine.safety.crisis_help", False, "org", "system"),
        ("engine.provocation.enabled", False, "workspace", "system"),
    ],
)
def test_some_keys_are_not_for_every_scope(tree: Settings, key: str, value: Any, scope: str, by: str) -> None:
    reply = tree.commit(put(key, value), scope=scope)
    assert (reply.status_code, reply.json()["code"], reply.json()["locked_by"]) == (403, "config_locked", by)
    assert tree.commit(lock(key), scope=scope).status_code == 403
    tree.done(put(key, value), scope=by)
    assert tree.value(key) == value
