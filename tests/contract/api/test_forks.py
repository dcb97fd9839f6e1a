"""Forks and their lineage: a persona of its own, whatever happens to its parent."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from fourfold.ids import new_persona_id
from fourfold.persona_versions import UNSIGNED
from fourfold.personas.forking import ForkRequest, fork
from functions import clock
from functions.api.persona_forks.lineage import lineage_of
from functions.api.personas.updates import remove_persona
from functions.wiring import persona_store
from tests.contract.api.conftest import KEY, OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once
from tests.examples import examples
from tests.unit.personas.memory import chance

LAYERS = ("soul", "self", "mask", "surface")
STEPS = examples(15, 300)


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.call("POST", "/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).json()
    return body


def forked(api: Api, parent: dict[str, Any], body: Any = None, key: str | None = KEY, **request: Any) -> httpx.Response:
    return api.call("POST", f"/v1/personas/{parent['id']}/fork", key, json=body or {}, **request)


def lineage(api: Api, persona: dict[str, Any], **query: Any) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"/v1/personas/{persona['id']}/lineage", params=query).json()
    return found


def created(api: Api, persona_id: str) -> list[dict[str, Any]]:
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    found = [entry["Detail"]["data"] for entry in entries if entry["DetailType"] == "persona.created"]
    return [data for data in found if data["persona_id"] == persona_id]


def test_a_fork_is_a_persona_of_its_own(api: Api, persona: dict[str, Any]) -> None:
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"slug": "deniz", "visibility": "public"})
    reply = forked(api, persona, {"slug": "twin", "note": "For a demo.", "metadata": {"team": "north"}})
    child = reply.json()
    assert child["metadata"] == {"team": "north"}
    assert (reply.status_code, reply.headers["location"]) == (201, f"/v1/personas/{child['id']}")
    assert {layer: json.dumps(child[layer]) for layer in LAYERS} == {
        layer: json.dumps(persona[layer]) for layer in LAYERS
    }
    assert (child["parent_id"], child["root_id"], child["parent_version"], child["fork_note"]) == (
        persona["id"],
        persona["id"],
        2,
        "For a demo.",
    )
    assert (child["status"], child["version"], child["slug"], child["visibility"]) == ("active", 1, "twin", "public")
    assert (child["intent"], child["language"], child["audit"]) == (
        persona["intent"],
        persona["language"],
        persona["audit"],
    )
    assert (child["run_id"], child["usage"]["cost_usd"], child["fingerprint"]) == (None, 0.0, None)
    assert api.call("GET", reply.headers["location"]).json() == child
    [version] = api.call("GET", f"/v1/personas/{child['id']}/versions").json()["data"]
    assert (version["change"], version["author"]) == ("forked", "key_ffk_one")
    assert created(api, child["id"]) == [
        {
            "persona_id": child["id"],
            "run_id": None,
            "overall": persona["audit"]["overall"],
            "language": "tr",
            "parent_id": persona["id"],
            "metadata": {"team": "north"},
        }
    ]
    assert len(api.machine.started) == 1, "a fork without a rewrite needs no model"
    api.call("PATCH", f"/v1/personas/{child['id']}", json={"layers": {"surface": {"name": "Derya"}}})
    assert api.call("GET", f"/v1/personas/{persona['id']}").json()["surface"] == persona["surface"]


def test_the_background_jobs_start_for_a_fork(api: Api, persona: dict[str, Any]) -> None:
    child = forked(api, persona).json()
    [event] = created(api, child["id"])
    detail = {"metadata": {"workspace_id": "ws_one"}, "data": event}
    for queue in ("fingerprint", "provocation"):
        api.orders.append((queue, json.dumps({"detail-type": "persona.created", "detail": detail})))
    api.do_jobs()
    after = api.call("GET", f"/v1/personas/{child['id']}").json()
    assert after["fingerprint"]["persona_version"] == after["test_suite"]["persona_version"] == 1
    assert api.call("GET", f"/v1/personas/{persona['id']}").json()["fingerprint"] is None


def test_edits_of_a_fork_are_checked_as_edits_are(api: Api, persona: dict[str, Any]) -> None:
    before = api.stored("personas")
    refused = forked(api, persona, {"edits": {"surface": {"age": 50}}})
    assert (refused.status_code, refused.json()["code"]) == (422, "constraint_broken")
    assert refused.json()["errors"][0]["pointer"] == "/edits/surface/age"
    assert api.stored("personas") == before
    child = forked(api, persona, {"edits": {"surface": {"age": 50}}, "accept_violations": True}).json()
    assert (child["surface"]["age"], child["audit"]["stale"], child["status"]) == (50, True, "active")
    assert api.call("GET", f"/v1/personas/{child['id']}/versions/1").json()["violations"][0]["field"] == "surface.age"
    renamed = forked(api, persona, {"edits": {"surface": {"name": "Derya"}}}).json()
    assert renamed["surface"] == {**persona["surface"], "name": "Derya"}


def test_a_fork_can_be_rewritten_audited_and_forked(api: Api, persona: dict[str, Any]) -> None:
    child = forked(api, persona, {"edits": {"surface": {"name": "Derya"}}}).json()
    path = f"/v1/personas/{child['id']}"
    assert api.call("PATCH", path, json={"layers": {"surface": {"age": 9}}}).json()["code"] == "constraint_broken"
    audited = api.call("POST", f"{path}/audit", json={}).json()
    assert (audited["audit"]["stale"], audited["parent_id"]) == (False, persona["id"])
    again = api.call("POST", f"{path}/regenerate", json={"from": "surface_ground"})
    assert (again.status_code, again.json()["mask"]) == (200, persona["mask"])
    grandchild = forked(api, child).json()
    assert (grandchild["parent_id"], grandchild["root_id"]) == (child["id"], persona["id"])


def test_a_fork_of_an_imported_or_archived_persona(api: Api, persona: dict[str, Any]) -> None:
    exported = api.call("GET", f"/v1/personas/{persona['id']}/export").json()
    assert "parent_id" not in exported["data"]
    exported["data"]["surface"]["age"] = 40
    imported = api.call("POST", "/v1/personas/import", json=exported).json()
    child = forked(api, imported).json()
    assert (child["status"], child["audit"], child["imported_from"]) == ("unaudited", None, None)
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"archived": True})
    assert forked(api, persona).json()["status"] == "active"


def test_what_cannot_be_forked_leaves_nothing(api: Api, persona: dict[str, Any]) -> None:
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"slug": "deniz"})
    before = api.stored("personas")
    taken = forked(api, persona, {"slug": "deniz"})
    assert (taken.status_code, taken.json()["code"]) == (409, "slug_taken")
    for key, status in ((None, 401), (READ_KEY, 403), (OTHER_KEY, 404)):
        assert forked(api, persona, key=key).status_code == status
    wrong: list[tuple[Any, str]] = [({"edits": None}, "/edits"), ({"note": ""}, "/note"), ({"slug": "A b"}, "/slug")]
    for body, pointer in wrong:
        assert pointer in [fault["pointer"] for fault in forked(api, persona, body).json()["errors"]]
    assert api.stored("personas") == before
    api.machine.fate = "silent"
    receipt = api.call("POST", "/v1/personas", json={"intent": "x"}, headers={"Prefer": "respond-async"}).json()
    generating = forked(api, {"id": receipt["persona_id"]})
    assert (generating.status_code, generating.json()["code"]) == (409, "persona_not_written")


def test_a_fork_in_another_language_keeps_all_but_lines_and_words(api: Api, persona: dict[str, Any]) -> None:
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"layers": {"mask": {"tone": "dry"}}})
    api.machine.fate = "silent"
    body = {"language": "de", "slug": "auf-deutsch", "edits": {"surface": {"name": "Derya"}}, "note": "For Berlin."}
    receipt = forked(api, persona, body, headers={"Prefer": "respond-async"})
    assert receipt.status_code == 202
    child = api.call("GET", f"/v1/personas/{receipt.json()['persona_id']}").json()
    assert (child["status"], child["soul"], child["parent_id"]) == ("generating", None, persona["id"])
    assert created(api, child["id"]) == []
    _, state = api.machine.started.pop()
    assert (state.start_at, state.draft.mask) == ("mask_build", None)
    assert state.draft.parse is not None
    assert state.draft.parse.language == "de"
    api.machine.fate = "active"
    api.machine.start(*_input_of(state))
    api.machine.settle()
    after = api.call("GET", f"/v1/personas/{child['id']}").json()
    assert (after["status"], after["language"], after["slug"], after["version"]) == ("active", "de", "auf-deutsch", 1)
    assert {layer: json.dumps(after[layer]) for layer in ("soul", "self")} == {
        layer: json.dumps(persona[layer]) for layer in ("soul", "self")
    }
    assert after["surface"] == {**persona["surface"], "name": "Derya"}
    assert after["mask"]["tone"] == "dry"
    assert [step["step"] for step in api.call("GET", f"/v1/runs/{after['run_id']}").json()["attempts"][0]["steps"]] == [
        "mask_build",
        "audit",
    ]
    [event] = created(api, child["id"])
    assert (event["parent_id"], event["run_id"], event["language"]) == (persona["id"], after["run_id"], "de")
    [version] = api.call("GET", f"/v1/personas/{child['id']}/versions").json()["data"]
    assert (version["change"], version["run_id"], version["author"]) == ("forked", after["run_id"], "key_ffk_one")
    assert [each["id"] for each in lineage(api, persona)["children"]["data"]] == [child["id"]]


def _input_of(state: Any) -> tuple[str, str]:
    return state.run_id, json.dumps({"state": state.model_dump(mode="json")})


def test_a_fork_in_another_language_is_waited_for_and_may_fail(api: Api, persona: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "fork-de"}
    made = forked(api, persona, {"language": "de"}, headers=headers)
    assert (made.status_code, made.json()["language"], made.json()["status"]) == (201, "de", "active")
    again = forked(api, persona, {"language": "de"}, headers=headers)
    assert (again.json()["id"], again.headers["idempotency-replayed"]) == (made.json()["id"], "true")
    same = forked(api, persona, {"language": "tr"})
    assert (same.status_code, same.json()["run_id"]) == (201, None), "its own language needs no run"
    runs = len(api.machine.started)
    api.machine.fate = "failed"
    headers = {"Idempotency-Key": "fork-fr"}
    failed = forked(api, persona, {"language": "fr"}, headers=headers)
    assert failed.status_code == 502
    api.machine.fate = "active"
    repeated = forked(api, persona, {"language": "fr"}, headers=headers)
    assert (repeated.status_code, repeated.json()["language"]) == (201, "fr")
    assert len(api.machine.started) == runs + 2


def test_a_fork_may_be_refined_in_the_same_call(api: Api, persona: dict[str, Any]) -> None:
    body = {"refine": {"layer": "soul", "axis": "darker"}, "edits": {"self": {"big_five": {"openness": 0.1}}}}
    child = forked(api, persona, body).json()
    assert (child["refined"]["layer"], child["refined"]["axis"], child["refined"]["reached"]) == (
        "soul",
        "gravity",
        False,
    )
    big_five = {**persona["self"]["big_five"], "openness": 0.1}
    assert (child["mask"], child["surface"]) == (persona["mask"], persona["surface"])
    assert child["self"] == {**persona["self"], "big_five": big_five}
    both = forked(api, persona, {"language": "de", "refine": {"layer": "mask", "axis": "warmth"}}).json()
    assert (both["language"], both["surface"], both["parent_id"]) == ("de", persona["surface"], persona["id"])


def test_what_cannot_be_forked_in_another_language(api: Api, persona: dict[str, Any]) -> None:
    exported = api.call("GET", f"/v1/personas/{persona['id']}/export").json()
    imported = api.call("POST", "/v1/personas/import", json=exported).json()
    before, runs = api.stored("personas"), len(api.machine.started)
    broken = forked(api, persona, {"language": "de", "edits": {"surface": {"age": 9}}})
    assert broken.json()["errors"][0]["pointer"] == "/edits/surface/age"
    unparsed = forked(api, imported, {"language": "de"})
    assert (unparsed.status_code, unparsed.json()["code"]) == (409, "nothing_to_keep")
    lines = {"vocabulary": ["ja", "nein", "doch"], "signature_phrases": ["Ja?", "Nein."]}
    written = forked(api, persona, {"language": "de", "edits": {"mask": lines}})
    assert written.json()["errors"][0]["code"] == "nothing_to_write"
    assert forked(api, persona, {"language": "german"}).json()["errors"][0]["pointer"] == "/language"
    assert (api.stored("personas"), len(api.machine.started)) == (before, runs)


def test_one_key_is_one_fork(api: Api, persona: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "fork-1"}
    first, second = forked(api, persona, headers=headers), forked(api, persona, headers=headers)
    assert (first.json(), second.headers["idempotency-replayed"]) == (second.json(), "true")
    assert len(lineage(api, persona)["children"]["data"]) == 1


def test_a_lineage_shows_both_sides_and_survives_a_parent(api: Api, persona: dict[str, Any]) -> None:
    child = forked(api, persona, {"slug": "middle"}).json()
    grandchildren = [forked(api, child).json() for _ in range(3)]
    top = lineage(api, persona)
    assert (top["parent"], top["ancestors"], top["root"]["id"]) == (None, [], persona["id"])
    assert [(each["id"], each["slug"], each["name"]) for each in top["children"]["data"]] == [
        (child["id"], "middle", "Deniz Aksoy")
    ]
    page = lineage(api, child, limit=2)["children"]
    rest = lineage(api, child, limit=2, cursor=page["next_cursor"])["children"]
    listed = [each["id"] for each in (*page["data"], *rest["data"])]
    assert (listed, page["has_more"], rest["has_more"]) == ([each["id"] for each in grandchildren], True, False)

    whole = api.call("GET", f"/v1/personas/{grandchildren[0]['id']}").json()
    assert api.call("DELETE", f"/v1/personas/{child['id']}").status_code == 204
    assert api.call("GET", f"/v1/personas/{grandchildren[0]['id']}").json() == whole
    left = lineage(api, grandchildren[0])
    assert left["parent"] == {
        "id": child["id"],
        "gone": True,
        **dict.fromkeys(("status", "name", "slug", "language", "created_at")),
    }
    assert [(each["id"], each["gone"]) for each in left["ancestors"]] == [(child["id"], True), (persona["id"], False)]
    assert (left["root"]["id"], left["root"]["gone"]) == (persona["id"], False)
    assert lineage(api, persona)["children"]["data"] == []
    assert not [item for item in api.stored("personas") if f"PERSONA#{child['id']}" in item["pk"]["S"]]
    assert api.call("GET", f"/v1/personas/{persona['id']}/lineage", OTHER_KEY).status_code == 404


@pytest.mark.random
def test_the_lineage_is_right_after_any_forks_and_deletions(api: Api, persona: dict[str, Any]) -> None:
    """STEPS random forks and deletions, against a model of its own: a parent for each persona, and who is alive."""
    picks, store, root = chance(7), persona_store(), str(persona["id"])
    parent_of: dict[str, str | None] = {root: None}
    alive = {root}
    for _ in range(STEPS):
        chosen = picks.choice(sorted(alive))
        if len(alive) > 1 and picks.random() < 0.35:
            remove_persona("ws_one", chosen, [])
            alive.discard(chosen)
            continue
        found = store.persona("ws_one", chosen)
        assert found is not None
        request = ForkRequest(edits=None, slug=None, note=None, accept_violations=False, by=UNSIGNED)
        child = fork(found, new_persona_id(), request, store, clock.now)
        parent_of[child.id] = chosen
        alive.add(child.id)

    def line_of(persona_id: str) -> list[str]:
        parent = parent_of[persona_id]
        return [] if parent is None else [parent, *line_of(parent)]

    for persona_id in alive:
        found = store.persona("ws_one", persona_id)
        assert found is not None
        shown = lineage_of(found, 100, None)
        line = line_of(persona_id)
        assert [(each.id, each.gone) for each in shown.ancestors] == [(each, each not in alive) for each in line]
        assert (shown.root.id, shown.root.gone) == (root, root not in alive)
        assert (None if shown.parent is None else shown.parent.id) == parent_of[persona_id]
        assert {each.id for each in shown.children.data} == {each for each in alive if parent_of[each] == persona_id}
        assert not any(each.gone for each in shown.children.data)
    stored = {item["pk"]["S"].split("#")[3] for item in api.stored("personas") if "#PERSONA#" in item["pk"]["S"]}
    assert stored == alive, "nothing of a deleted persona is left"
