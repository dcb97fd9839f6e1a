"""Judges' passports over HTTP, and a workspace's own labels: what is refused, and what they say of a judge."""

from __future__ import annotations

from typing import Any

import pytest

from fourfold.judges.labels import MOST_SETS
from tests.contract.api.conftest import FULL_KEY, OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

OFFLINE = "offline:composer-1"
ABSENT = "per_01kaqf0c5v3y9m2t8z4n6r1w7a"
Label = dict[str, Any]


@pytest.fixture
def personas(api: Api) -> list[str]:
    return made_once(api, _personas)


def _personas(api: Api) -> list[str]:
    briefs = ("A shy founder, 34, in Istanbul", "A retired judge, 9, in Leeds, mother of six")
    return [str(api.call("POST", "/v1/personas", json={"intent": brief}).json()["id"]) for brief in briefs]


def document(persona_id: str, verdict: str, **more: Any) -> Label:
    return {"kind": "document", "persona_id": persona_id, "verdict": verdict, **more}


def put(api: Api, labels: list[Label], name: str = "editors", **call: Any) -> Any:
    return api.call("PUT", f"/v1/labels/{name}", json={"labels": labels}, **call)


def pointers(reply: Any) -> dict[str, str]:
    assert reply.status_code == 422, reply.text
    return {error["pointer"]: error["code"] for error in reply.json()["errors"]}


def test_the_shipped_judges_have_figures_with_their_n_and_interval(api: Api) -> None:
    judges = api.call("GET", "/v1/judges", READ_KEY).json()["data"]
    by_kind = {judge["kind"]: judge for judge in judges if judge["judge"] == OFFLINE}
    assert set(by_kind) == {"audit", "suite"}
    assert by_kind["audit"]["verified"]
    assert not by_kind["suite"]["verified"], "its kappa is above 0.6, its interval is not"
    figures = [judge[name] for judge in judges for name in ("kappa", "sensitivity", "specificity")]
    for figure in figures:
        assert figure["low"] <= figure["value"] <= figure["high"]
        assert figure["n"] > 0
    assert api.call("GET", f"/v1/judges/{judges[0]['id']}").json() == judges[0]


def test_a_judge_of_the_settings_that_was_never_measured_is_listed_as_unverified(api: Api) -> None:
    ops = [{"op": "set", "key": "engine.pipeline.audit.model", "value": "anthropic:claude-opus-4-7"}]
    changed = api.call("PATCH", "/v1/config", FULL_KEY, json={"ops": ops, "reason": "a judge"})
    assert changed.status_code == 200, changed.text
    judges = api.call("GET", "/v1/judges").json()["data"]
    listed = [judge for judge in judges if judge["judge"] == "anthropic:claude-opus-4-7"]
    assert [(judge["kind"], judge["verified"], judge["kappa"]) for judge in listed] == [("audit", False, None)]


def test_an_audit_says_whether_its_judge_is_verified(api: Api, personas: list[str]) -> None:
    audit = api.call("GET", f"/v1/personas/{personas[0]}").json()["audit"]
    assert (audit["judge"], audit["judge_verified"]) == ("scripted:1", False)
    judges = api.call("GET", "/v1/judges").json()["data"]
    assert audit["rubric_version"] in {judge["version"] for judge in judges}


def test_labels_of_documents_measure_the_judge_that_audited_them(api: Api, personas: list[str]) -> None:
    """The scripted judge finds nothing in either."""
    sound, flawed = personas
    created = put(api, [document(sound, "sound"), document(flawed, "flawed", version=1)])
    assert created.status_code == 201, created.text
    stored = created.json()
    assert [label["flagged"] for label in stored["labels"]] == [False, False]
    assert [label["label"]["version"] for label in stored["labels"]] == [1, 1]
    (passport,) = stored["passports"]
    assert (passport["judge"], passport["labels"], passport["kappa"]["n"]) == ("scripted:1", "set:editors", 2)
    figures = {name: passport[name]["value"] for name in ("kappa", "sensitivity", "specificity")}
    assert figures == {"kappa": 0.0, "sensitivity": 0.0, "specificity": 1.0}
    assert not passport["verified"]
    assert passport["id"] in {judge["id"] for judge in api.call("GET", "/v1/judges").json()["data"]}
    again = put(api, [document(sound, "flawed"), document(flawed, "sound")])
    assert (again.status_code, again.json()["labels"][0]["label"]["verdict"]) == (200, "flawed")


def test_labels_of_transcripts_measure_the_judge_of_the_suite(api: Api, personas: list[str]) -> None:
    run = api.call("POST", f"/v1/personas/{personas[0]}/test-suite", json={"family": ["role"]}).json()["run_id"]
    api.do_jobs()
    results = api.call("GET", f"/v1/personas/{personas[0]}/test-suite/runs/{run}").json()["results"]
    tests = {result["id"]: result["verdict"] for result in results}
    labels: list[Label] = [
        {"kind": "transcript", "persona_id": personas[0], "run_id": run, "test_id": test, "verdict": verdict}
        for test, verdict in zip(tests, ("pass", "fail", *["pass"] * len(tests)), strict=False)
    ]
    stored = put(api, labels)
    assert stored.status_code == 201, stored.text
    (passport,) = stored.json()["passports"]
    assert (passport["kind"], passport["kappa"]["n"]) == ("suite", len(tests))
    assert passport["version"].startswith("sui_")
    unknown = put(api, [{**labels[0], "test_id": "role.999"}, labels[1], {**labels[2], "run_id": f"run_{ABSENT[4:]}"}])
    assert pointers(unknown) == {"/labels/0/test_id": "unknown_test", "/labels/2/run_id": "unknown_run"}


def test_labels_of_what_is_not_there_are_refused_by_pointer_and_nothing_is_stored(
    api: Api, personas: list[str]
) -> None:
    sound, flawed = personas
    absent = put(api, [document(sound, "sound"), document(ABSENT, "flawed"), document(flawed, "flawed", version=7)])
    assert pointers(absent) == {"/labels/1/persona_id": "unknown_persona", "/labels/2/version": "unknown_version"}
    assert pointers(put(api, [document(sound, "sound"), document(flawed, "sound")])) == {"/labels": "one_class"}
    twice = put(api, [document(sound, "sound"), document(sound, "flawed"), document(flawed, "flawed")])
    assert pointers(twice) == {"/labels/1": "label_twice"}
    assert pointers(put(api, [document(sound, "fine"), document(flawed, "flawed")]))["/labels/0/verdict"]
    assert pointers(put(api, [document(sound, "sound")])) == {"/labels": "too_short"}
    assert api.call("GET", "/v1/labels").json()["data"] == []


def test_a_workspace_sees_its_own_labels_alone(api: Api, personas: list[str]) -> None:
    labels = [document(personas[0], "sound"), document(personas[1], "flawed")]
    assert put(api, labels).status_code == 201
    assert api.call("GET", "/v1/labels/editors", OTHER_KEY).status_code == 404
    assert api.call("GET", "/v1/labels", OTHER_KEY).json()["data"] == []
    assert "/labels/0/persona_id" in pointers(put(api, labels, key=OTHER_KEY))
    assert api.call("DELETE", "/v1/labels/editors", OTHER_KEY).status_code == 404
    assert api.call("DELETE", "/v1/labels/editors").status_code == 204
    assert api.call("GET", "/v1/labels/editors").status_code == 404


def test_sets_are_limited_and_their_names_are_plain(api: Api, personas: list[str]) -> None:
    labels = [document(personas[0], "sound"), document(personas[1], "flawed")]
    for number in range(MOST_SETS):
        assert put(api, labels, f"set-{number}").status_code == 201
    assert put(api, labels, "one-more").json()["code"] == "too_many_label_sets"
    assert put(api, labels, "set-0").status_code == 200
    assert put(api, labels, "No%20name").status_code == 404
