"""Settings of one persona: they hold for its chat, drift, fingerprint and suite, and go where it goes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from fourfold.cli.main import app as command_line
from functions import clock
from tests.contract.api.config_calls import RETRIES, Settings, faults, lock, put, unset
from tests.contract.api.conftest import FULL_KEY, OTHER_FULL_KEY, Api, Live
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
THRESHOLD, TOKENS = "engine.pipeline.drift_detection.threshold", "engine.chat.max_tokens"
NOBODY = "per_01k00000000000000000000000"


@pytest.fixture
def tree(api: Api) -> Settings:
    return Settings(api)


@pytest.fixture
def persona(api: Api) -> str:
    return made_once(api, _persona)


def _persona(api: Api) -> str:
    return made(api)


def made(api: Api) -> str:
    reply = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF)
    assert reply.status_code == 201, reply.text
    persona_id: str = reply.json()["id"]
    return persona_id


def of(persona: str) -> dict[str, str]:
    return {"scope": "persona", "persona_id": persona}


def settings_items(api: Api, persona: str) -> list[Any]:
    return [item for item in api.stored("config") if persona in item["pk"]["S"]]


def test_it_holds_for_the_persona_alone_and_explains_itself(api: Api, tree: Settings, persona: str) -> None:
    other = made(api)
    tree.done(put(THRESHOLD, 0.5))
    done = tree.done(put(THRESHOLD, 0.7), put(TOKENS, 500), reason="She rambles.", **of(persona))
    assert (done["scope"], done["revision"]) == ("persona", 1)
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    changes = [entry["Detail"]["data"] for entry in entries if entry["DetailType"] == "config.changed"]
    assert {(each["scope"], each["persona_id"]) for each in changes} == {("workspace", None), ("workspace", persona)}
    explained = tree.get(f"/{THRESHOLD}/explain", **of(persona))
    assert (explained["value"], explained["source"]) == (0.7, "persona")
    assert [(link["scope"], link["standing"]) for link in explained["chain"]] == [
        ("default", "overridden"), ("system", "silent"), ("org", "silent"), ("workspace", "overridden"),
        ("persona", "applies"),
    ]  # fmt: skip
    view = tree.get("", prefix=THRESHOLD, **of(other))
    assert (view["data"][0]["value"], view["data"][0]["source"]) == (0.5, "workspace")
    assert view["revisions"] == {"system": 0, "org": 0, "workspace": 1, "persona": 0}
    tree.done(unset(THRESHOLD), **of(persona))
    assert tree.get(f"/{THRESHOLD}/explain", **of(persona))["value"] == 0.5
    assert [each["revision"] for each in tree.get("/revisions", **of(persona))["data"]] == [2, 1]


def test_chat_and_fingerprint_use_it(api: Api, tree: Settings, persona: str) -> None:
    """A model without credentials fails here, so whose settings count shows."""
    tree.done(put("engine.chat.model", "openai:gpt-6.1-sol"), put("engine.fingerprint.enabled", False), **of(persona))
    other, message = made(api), {"message": "Did you sleep?"}
    chats = {each: api.call("POST", f"/v1/personas/{each}/chat", FULL_KEY, json=message) for each in (persona, other)}
    assert {each: reply.status_code for each, reply in chats.items()} == {persona: 502, other: 200}
    for each, status in ((persona, 502), (other, 200)):
        asked = {"model": f"persona:{each}", "messages": [{"role": "user", "content": "Did you sleep?"}]}
        assert api.call("POST", "/v1/openai/chat/completions", FULL_KEY, json=asked).status_code == status
    again = {each: api.call("POST", f"/v1/personas/{each}/fingerprint", FULL_KEY, json={}) for each in (persona, other)}
    assert [reply.status_code for reply in again.values()] == [409, 202]


def test_a_lock_above_holds(tree: Settings, persona: str) -> None:
    tree.done(put(THRESHOLD, 0.7), **of(persona))
    tree.done(lock(THRESHOLD, value=0.4), scope="workspace")
    explained = tree.get(f"/{THRESHOLD}/explain", **of(persona))
    assert (explained["value"], explained["locked_by"]) == (0.4, "workspace")
    refused = tree.commit(put(THRESHOLD, 0.6), **of(persona))
    assert (refused.status_code, refused.json()["code"]) == (403, "config_locked")


def test_what_cannot_be_is_refused(api: Api, tree: Settings, persona: str) -> None:
    refused = tree.commit(put(TOKENS, 500), put(RETRIES, 1), **of(persona))
    assert faults(refused) == [("/ops/1/key", "not_settable")]
    assert tree.commit(put(TOKENS, 500), **of(NOBODY)).status_code == 404
    assert Settings(api, OTHER_FULL_KEY).commit(put(TOKENS, 500), **of(persona)).status_code == 404
    assert faults(tree.commit(put(TOKENS, 500), scope="persona")) == [("/persona_id", "missing")]
    assert faults(tree.commit(put(TOKENS, 500), persona_id=persona)) == [("/persona_id", "not_of_this_scope")]
    for path in ("", f"/{TOKENS}/explain", "/revisions", "/snapshots"):
        query = {"scope": "persona", "persona_id": NOBODY}
        assert api.call("GET", f"/v1/config{path}", FULL_KEY, params=query).status_code == 404
        assert api.call("GET", f"/v1/config{path}", FULL_KEY, params={"scope": "persona"}).status_code == 422
    assert settings_items(api, persona) == []


def test_a_fork_has_them_too_and_a_deletion_leaves_none(api: Api, tree: Settings, persona: str) -> None:
    tree.done(put(THRESHOLD, 0.7), **of(persona))
    label = {**of(persona), "label": "before"}
    snapshot = api.call("POST", "/v1/config/snapshots", FULL_KEY, json=label).json()
    fork = api.call("POST", f"/v1/personas/{persona}/fork", FULL_KEY, json={}).json()["id"]
    german = api.call("POST", f"/v1/personas/{persona}/fork", FULL_KEY, json={"language": "de"}).json()["id"]
    plain = api.call("POST", f"/v1/personas/{made(api)}/fork", FULL_KEY, json={}).json()["id"]
    tree.done(put(THRESHOLD, 0.8), **of(persona))
    values = [tree.get(f"/{THRESHOLD}/explain", **of(each))["value"] for each in (persona, fork, german)]
    assert values == [0.8, 0.7, 0.7]
    assert settings_items(api, plain) == []
    path = f"/v1/config/snapshots/{snapshot['id']}/rollback"
    assert api.call("POST", path, FULL_KEY, json={}).status_code == 404
    assert api.call("POST", path, FULL_KEY, json={"persona_id": persona}).status_code == 200
    assert tree.get(f"/{THRESHOLD}/explain", **of(persona))["value"] == 0.7
    assert api.call("DELETE", f"/v1/personas/{persona}", FULL_KEY).status_code == 204
    assert settings_items(api, persona) == []
    assert len(settings_items(api, fork)) == 2


def test_a_value_expires(tree: Settings, persona: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    end = now + timedelta(hours=2)
    past = {**put(THRESHOLD, 0.7), "expires_at": (now - timedelta(seconds=5)).isoformat()}
    assert faults(tree.commit(past, **of(persona))) == [("/ops/0/expires_at", "in_the_past")]
    for bad in ("tomorrow", 17, "2026-12-24T18:00:00", True):
        refused = tree.commit({**put(THRESHOLD, 0.7), "expires_at": bad}, **of(persona))
        assert refused.status_code == 422, bad
    tree.done({**put(THRESHOLD, 0.7), "expires_at": end.isoformat()}, **of(persona))
    explained = tree.get(f"/{THRESHOLD}/explain", **of(persona))
    assert (explained["value"], explained["chain"][-1]["expires_at"][:19]) == (0.7, end.isoformat()[:19])
    assert "expires at" in explained["why"]
    monkeypatch.setattr("functions.api.config.scope_settings.now", lambda: end)
    explained = tree.get(f"/{THRESHOLD}/explain", **of(persona))
    assert (explained["source"], explained["chain"][-1]["standing"]) == ("default", "expired")
    assert tree.get("", prefix=THRESHOLD, **of(persona))["data"][0]["source"] == "default"


def test_the_commands(live: Live, persona: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)

    def fourfold(*words: str) -> Any:
        done = CliRunner().invoke(command_line, ["config", *words, "--persona", persona, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    until = (clock.now() + timedelta(days=1)).isoformat()
    assert fourfold("set", THRESHOLD, "0.7", "--until", until)["revision"] == 1
    assert fourfold("explain", THRESHOLD)["source"] == "persona"
    assert fourfold("get", THRESHOLD)["data"][0]["value"] == 0.7
    snapshot = fourfold("snapshot", "before")["id"]
    assert fourfold("unset", THRESHOLD)["revision"] == 2
    assert fourfold("rollback", snapshot)["revision"] == 3
    assert len(fourfold("revisions")["data"]) == 3
    assert len(fourfold("snapshots")["data"]) == 1
    assert [each["key"] for each in fourfold("diff", "0", "1")["changes"]] == [THRESHOLD]
