"""Edits of layers by hand, and audits of layers as they are: what is checked, what is stored, what is spent."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from fourfold.voice.fingerprint import make_fingerprint
from functions.api import wiring as api_wiring
from tests.contract.api.conftest import KEY, OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
LAYERS = ("soul", "self", "mask", "surface")


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.call("POST", "/v1/personas", json=BRIEF).json()
    return body


def edit(api: Api, persona: dict[str, Any], layers: Any, key: str | None = KEY, **further: Any) -> httpx.Response:
    return api.call("PATCH", f"/v1/personas/{persona['id']}", key, json={"layers": layers, **further})


def audit(api: Api, persona: dict[str, Any], key: str | None = KEY, **request: Any) -> httpx.Response:
    return api.call("POST", f"/v1/personas/{persona['id']}/audit", key, json=request.pop("json", {}), **request)


def events(api: Api, detail_type: str) -> list[dict[str, Any]]:
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    found = [entry["Detail"] for entry in entries if entry["DetailType"] == detail_type]
    return sorted(found, key=lambda detail: str(detail["metadata"]["occurred_at"]))


def with_results(api: Api, persona: dict[str, Any]) -> dict[str, Any]:
    """The persona with its fingerprint and its test suite."""
    for what in ("fingerprint", "test-suite"):
        api.call("POST", f"/v1/personas/{persona['id']}/{what}", json={})
    api.do_jobs()
    body: dict[str, Any] = api.call("GET", f"/v1/personas/{persona['id']}").json()
    return body


def test_an_edit_changes_one_field_and_says_who_and_why(api: Api, persona: dict[str, Any]) -> None:
    reply = edit(api, persona, {"surface": {"name": "Derya Aksoy"}}, reason="She is called Derya.")
    after = reply.json()
    assert reply.status_code == 200
    assert after["surface"] == {**persona["surface"], "name": "Derya Aksoy"}
    for layer in ("soul", "self", "mask"):
        assert json.dumps(after[layer]) == json.dumps(persona[layer])
    assert (after["version"], after["status"], after["run_id"]) == (2, "active", persona["run_id"])
    assert after["audit"] == {**persona["audit"], "stale": True}
    version = api.call("GET", f"/v1/personas/{persona['id']}/versions/2").json()
    signed = {name: version[name] for name in ("change", "author", "reason", "run_id", "fields", "violations")}
    assert signed == {
        "change": "edited",
        "author": "key_ffk_one",
        "reason": "She is called Derya.",
        "run_id": None,
        "fields": ["surface.name"],
        "violations": [],
    }
    [event] = events(api, "persona.updated")
    assert event["data"] == {
        "persona_id": persona["id"],
        "version": 2,
        "changed": ["surface", "audit"],
        "fields": ["surface.name"],
        "changed_by": "key_ffk_one",
        "reason": "She is called Derya.",
        "run_id": None,
        "metadata": {},
    }
    assert len(api.machine.started) == 1, "an edit needs no model"
    assert api.orders == []


def test_results_of_the_layers_before_an_edit_are_stale(api: Api, persona: dict[str, Any]) -> None:
    before = with_results(api, persona)
    assert (before["fingerprint"]["stale"], before["test_suite"]["stale"]) == (False, False)
    after = edit(api, persona, {"mask": {"tone": "dry, a beat late"}}).json()
    assert after["fingerprint"] == {**before["fingerprint"], "stale": True}
    assert after["test_suite"] == {**before["test_suite"], "stale": True}
    assert (after["fingerprint"]["persona_version"], after["test_suite"]["persona_version"]) == (1, 1)
    renewed = with_results(api, persona)
    for result in ("fingerprint", "test_suite"):
        assert (renewed[result]["stale"], renewed[result]["persona_version"]) == (False, 2)


def test_a_result_of_a_job_that_an_edit_overtook_is_stale(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    api.call("POST", f"/v1/personas/{persona['id']}/fingerprint", json={})

    def overtaken(*given: Any) -> Any:
        assert edit(api, persona, {"mask": {"tone": "dry, a beat late"}}).status_code == 200
        return make_fingerprint(*given)

    monkeypatch.setattr("fourfold.voice.fingerprint_job.make_fingerprint", overtaken)
    api.do_jobs()
    after = api.call("GET", f"/v1/personas/{persona['id']}").json()
    assert (after["version"], after["fingerprint"]["persona_version"], after["fingerprint"]["stale"]) == (2, 1, True)


# The chain of the scripted persona: facts of the brief, two trait bounds and two voice demands.
BROKEN: list[tuple[dict[str, Any], str, tuple[str, ...]]] = [
    ({"surface": {"age": 35}}, "/layers/surface/age", ('"34"', "brief", "intent_parse")),
    ({"surface": {"location": "Ankara"}}, "/layers/surface/location", ("Istanbul", "brief", "intent_parse")),
    ({"self": {"big_five": {"extraversion": 0.9}}}, "/layers/self/big_five/extraversion", ("0.35", "intent_parse")),
    ({"self": {"big_five": {"agreeableness": 0.1}}}, "/layers/self/big_five/agreeableness", ("0.6", "soul_draft")),
    (
        {"mask": {"signature_phrases": ["No.", "Bir şey?!"]}},
        "/layers/mask/signature_phrases",
        ("exclamation", "self_enrich"),
    ),
]


def test_an_edit_that_breaks_the_chain_is_refused_or_recorded(api: Api, persona: dict[str, Any]) -> None:
    kept = api.stored("personas")
    for layers, pointer, said in BROKEN:
        refused = edit(api, persona, layers)
        assert (refused.status_code, refused.json()["code"]) == (422, "constraint_broken")
        [fault] = refused.json()["errors"]
        assert fault["pointer"] == pointer
        assert all(part in fault["detail"] for part in said)
        assert "accept_violations" in refused.json()["detail"]
    assert api.stored("personas") == kept
    assert events(api, "persona.updated") == []

    for layers, pointer, _ in BROKEN:
        accepted = edit(api, persona, layers, accept_violations=True).json()
        version = api.call("GET", f"/v1/personas/{persona['id']}/versions/{accepted['version']}").json()
        [violation] = version["violations"]
        assert f"/layers/{violation['field'].replace('.', '/')}" == pointer
    assert edit(api, persona, {"surface": {"name": "Derya"}}).status_code == 200, "what was accepted stays accepted"


def test_the_next_audit_is_given_the_accepted_violations(api: Api, persona: dict[str, Any]) -> None:
    edit(api, persona, {"surface": {"age": 35}}, accept_violations=True)
    audit(api, persona)
    _, state = api.machine.started[-1]
    assert [violation.field for violation in state.violations] == ["surface.age"]
    edit(api, persona, {"surface": {"age": 34}})
    audit(api, persona)
    assert api.machine.started[-1][1].violations == ()


UNFIT: list[tuple[Any, str]] = [
    ({"surface": {"name": None}}, "/layers/surface/name"),
    ({"surface": {"name": ""}}, "/layers/surface/name"),
    ({"surface": {"name": "x" * 161}}, "/layers/surface/name"),
    ({"surface": {"age": "34"}}, "/layers/surface/age"),
    ({"surface": {"age": 121}}, "/layers/surface/age"),
    ({"surface": {"height": 180}}, "/layers/surface/height"),
    ({"self": {"big_five": {"openness": 1.2}}}, "/layers/self/big_five/openness"),
    ({"self": {"values": ["face", "face", "face"]}}, "/layers/self/values"),
    ({"self": {"archetype": "hero"}}, "/layers/self/archetype"),
    ({"mask": {"vocabulary": ["one"]}}, "/layers/mask/vocabulary"),
    ({"mask": {"register_": "formal"}}, "/layers/mask/register_"),
    ({"soul": None}, "/layers/soul"),
    ({"soul": {"fear": "a\u202eb"}}, "/layers/soul/fear"),
    ({"ghost": {}}, "/layers/ghost"),
    ([], "/layers"),
    (None, "/layers"),
]


def test_a_field_that_does_not_fit_is_named(api: Api, persona: dict[str, Any]) -> None:
    for layers, pointer in UNFIT:
        reply = edit(api, persona, layers, accept_violations=True)
        assert reply.status_code == 422
        assert pointer in [fault["pointer"] for fault in reply.json()["errors"]]
    assert api.call("GET", f"/v1/personas/{persona['id']}").json() == persona


def test_equal_values_change_nothing(api: Api, persona: dict[str, Any]) -> None:
    equal: tuple[dict[str, Any], ...] = ({}, {"surface": {}}, {"surface": persona["surface"], "self": persona["self"]})
    for layers in equal:
        assert edit(api, persona, layers, reason="none").json() == persona
    assert events(api, "persona.updated") == []


def test_a_run_in_progress_and_a_changed_persona_refuse_an_edit(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}"
    tag = api.call("GET", path).headers["etag"]
    body = {"layers": {"surface": {"name": "Derya"}}}
    assert api.call("PATCH", path, json={"slug": "x"}, headers={"If-Match": tag}).status_code == 200
    assert api.call("PATCH", path, json=body, headers={"If-Match": tag}).status_code == 412
    api.machine.fate = "silent"
    audit(api, persona, headers={"Prefer": "respond-async"})
    refused = edit(api, persona, {"surface": {"name": "Derya"}})
    assert (refused.status_code, refused.json()["code"]) == (409, "run_in_progress")


def test_a_persona_without_layers_has_nothing_to_edit_or_audit(api: Api) -> None:
    api.machine.fate = "failed"
    location = api.call("POST", "/v1/personas", json=BRIEF).headers["location"]
    failed = {"id": api.call("GET", location).json()["persona_id"]}
    for refused in (edit(api, failed, {"surface": {"name": "Derya"}}), audit(api, failed)):
        assert (refused.status_code, refused.json()["code"]) == (409, "persona_not_written")
    assert len(api.machine.started) == 1


def test_an_audit_scores_the_layers_as_they_are(api: Api, persona: dict[str, Any]) -> None:
    edited = edit(api, persona, {"surface": {"name": "Derya"}}).json()
    reply = audit(api, persona, json={"reason": "After the edit."})
    after = reply.json()
    assert reply.status_code == 200
    assert {layer: json.dumps(after[layer]) for layer in LAYERS} == {
        layer: json.dumps(edited[layer]) for layer in LAYERS
    }
    assert (after["version"], after["audit"]["stale"], after["audit"]["attempt"]) == (3, False, 1)
    run = api.call("GET", f"/v1/runs/{after['run_id']}").json()
    assert (run["kind"], run["start_at"], run["status"]) == ("audit", "audit", "completed")
    assert [step["step"] for step in run["attempts"][0]["steps"]] == ["audit"]
    assert run["usage"]["cost_usd"] > 0
    assert (run["author"], run["reason"]) == ("key_ffk_one", "After the edit.")
    types = [event["type"] for event in api.call("GET", f"/v1/runs/{run['id']}/events/list").json()["data"]]
    assert types == ["run.started", "step.started", "step.completed", "audit.scored", "pipeline.completed"]
    version = api.call("GET", f"/v1/personas/{persona['id']}/versions/3").json()
    assert (version["change"], version["changed"], version["reason"]) == ("audited", ["audit"], "After the edit.")
    later = api.call("POST", f"/v1/personas/{persona['id']}/regenerate", json={"from": "mask_build"})
    assert later.status_code == 200, "the constraint chain is still known"
    assert later.json()["surface"]["name"] != "Derya", "the surface is written again"


def test_an_audit_may_flag(api: Api, persona: dict[str, Any]) -> None:
    edit(api, persona, {"surface": {"name": "Derya"}})
    api.machine.fate = "flagged"
    after = audit(api, persona).json()
    assert (after["status"], after["surface"]["name"]) == ("flagged", "Derya")
    [flagged] = events(api, "persona.flagged")
    assert flagged["data"]["version"] == 3


def test_an_audit_that_fails_leaves_everything(api: Api, persona: dict[str, Any]) -> None:
    edited = edit(api, persona, {"surface": {"name": "Derya"}}).json()
    api.machine.fate = "failed"
    assert audit(api, persona).status_code == 502
    assert api.call("GET", f"/v1/personas/{persona['id']}").json() == edited


def test_an_imported_persona_is_unaudited_until_it_is_audited(api: Api, persona: dict[str, Any]) -> None:
    exported = api.call("GET", f"/v1/personas/{persona['id']}/export").json()
    exported["data"]["surface"]["age"] = 40
    imported = api.call("POST", "/v1/personas/import", json=exported).json()
    assert (imported["status"], imported["audit"]) == ("unaudited", None)
    edited = edit(api, imported, {"surface": {"age": 41}}).json()
    assert (edited["status"], edited["audit"], edited["surface"]["age"]) == ("unaudited", None, 41)
    after = audit(api, imported).json()
    assert (after["status"], after["audit"]["stale"], after["surface"]["age"]) == ("active", False, 41)
    assert after["language"] == persona["language"]


def test_a_stale_audit_stays_stale_in_a_file(api: Api, persona: dict[str, Any]) -> None:
    edit(api, persona, {"surface": {"name": "Derya"}})
    exported = api.call("GET", f"/v1/personas/{persona['id']}/export").json()
    assert api.call("POST", "/v1/personas/import", json=exported).json()["audit"]["stale"] is True
    exported["data"]["audit"]["stale"] = False
    forged = api.call("POST", "/v1/personas/import", json=exported).json()
    assert (forged["status"], forged["audit"]) == ("unaudited", None)


def test_one_key_is_one_audit(api: Api, persona: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "audit-1"}
    first, second = audit(api, persona, headers=headers), audit(api, persona, headers=headers)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.machine.started) == 2


def test_a_workspace_that_generates_in_one_call_can_audit(api: Api, persona: dict[str, Any]) -> None:
    reply = audit(api, persona, json={"config": {"engine.pipeline.method": "single_call"}})
    assert reply.status_code == 200
    assert api.machine.started[-1][1].config.pipeline.method == "six_steps"


def test_others_may_not(api: Api, persona: dict[str, Any]) -> None:
    for key, status in ((None, 401), (READ_KEY, 403), (OTHER_KEY, 404)):
        assert edit(api, persona, {"surface": {"name": "Derya"}}, key).status_code == status
        assert audit(api, persona, key).status_code == status
    assert len(api.machine.started) == 1


def test_a_signature_of_an_earlier_version_is_still_valid(api: Api, persona: dict[str, Any]) -> None:
    """Version 0.3 signed audits that had no `stale`: HMAC-SHA-256 over the sorted claims."""
    import hashlib  # noqa: PLC0415 - the test's own computation
    import hmac  # noqa: PLC0415

    exported = api.call("GET", f"/v1/personas/{persona['id']}/export").json()
    data = exported["data"]
    signed = {name: data[name] for name in ("intent", "language", "soul", "self", "mask", "surface", "audit", "status")}
    signed["audit"] = {name: value for name, value in data["audit"].items() if name != "stale"}
    text = json.dumps(signed, sort_keys=True, separators=(",", ":"))
    data["signature"] = f"v1:{hmac.new(api_wiring.export_key(), text.encode(), hashlib.sha256).hexdigest()}"
    del data["audit"]["stale"]
    assert api.call("POST", "/v1/personas/import", json=exported).json()["status"] == "active"
