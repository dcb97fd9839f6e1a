"""Writing a persona anew from a step on: what is kept, what is told, and who may do it when."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from functions import clock, wiring
from functions.api.wiring import submissions
from tests.contract.api.conftest import OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul — ‘naïve’ e\u0301 🦊"}
ASYNC = {"Prefer": "respond-async"}
LAYERS = ("soul", "self", "mask", "surface")
STEPS = ("intent_parse", "soul_draft", "self_enrich", "mask_build", "surface_ground", "audit")
KEPT = {"intent_parse": 0, "soul_draft": 0, "self_enrich": 1, "mask_build": 2, "surface_ground": 3, "audit": 4}


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.call("POST", "/v1/personas", json=BRIEF).json()
    return body


def again(api: Api, persona: dict[str, Any], body: Any, **request: Any) -> httpx.Response:
    return api.call("POST", f"/v1/personas/{persona['id']}/regenerate", json=body, **request)


def read(api: Api, persona: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = api.call("GET", f"/v1/personas/{persona['id']}").json()
    return body


def test_a_run_begins_at_the_step_and_is_a_new_version(api: Api, persona: dict[str, Any]) -> None:
    reply = again(api, persona, {"from": "mask_build"})
    after = reply.json()
    assert (reply.status_code, reply.headers["location"]) == (200, f"/v1/personas/{persona['id']}")
    assert (after["id"], after["version"], after["intent"]) == (persona["id"], 2, persona["intent"])
    assert after["run_id"] != persona["run_id"]
    assert after == read(api, persona)
    run = api.call("GET", f"/v1/runs/{after['run_id']}").json()
    assert [step["step"] for step in run["attempts"][0]["steps"]] == ["mask_build", "surface_ground", "audit"]
    assert (run["start_at"], run["usage"]) == ("mask_build", after["usage"])
    newest = api.call("GET", f"/v1/personas/{persona['id']}/versions").json()["data"][0]
    assert (newest["change"], newest["run_id"], newest["version"]) == ("regenerated", after["run_id"], 2)
    assert api.call("GET", f"/v1/personas/{persona['id']}/versions/1").json()["persona"] == persona


@pytest.mark.parametrize("first", STEPS)
def test_the_steps_of_before_are_given_to_the_machine_as_they_were(
    api: Api, persona: dict[str, Any], first: str
) -> None:
    assert again(api, persona, {"from": first}).status_code == 200
    _, state = api.machine.started[1]
    assert state.start_at == first
    assert (state.draft.parse is None) == (first == "intent_parse")
    given = json.loads(state.draft.model_dump_json())
    kept = KEPT[first]
    for layer in LAYERS[:kept]:
        assert json.dumps(given[layer]) == json.dumps(persona[layer])
    assert [given[layer] for layer in LAYERS[kept:]] == [None] * (4 - kept)
    order = list(STEPS)
    assert all(order.index(link.source) < order.index(first) for link in state.constraints)
    assert bool(state.constraints) == (first != "intent_parse")


def test_a_retry_begins_no_earlier_than_the_run(api: Api, persona: dict[str, Any]) -> None:
    for first, retry_from, retries in (
        ("soul_draft", "soul_draft", 3),
        ("mask_build", "mask_build", 3),
        ("audit", "soul_draft", 0),
    ):
        again(api, persona, {"from": first})
        audit = api.machine.started[-1][1].config.pipeline.audit
        assert (audit.retry_from, audit.max_retries) == (retry_from, retries)
    again(api, persona, {"from": "self_enrich", "config": {"engine.pipeline.audit.retry_from": "surface_ground"}})
    assert api.machine.started[-1][1].config.pipeline.audit.retry_from == "surface_ground"


def test_while_it_goes_on_the_persona_reads_as_it_was(api: Api, persona: dict[str, Any]) -> None:
    api.machine.fate = "silent"
    receipt = again(api, persona, {"from": "soul_draft"}, headers=ASYNC)
    assert receipt.status_code == 202
    run_id = receipt.json()["run_id"]
    assert read(api, persona) == {**persona, "pending_run_id": run_id}
    second = again(api, persona, {"from": "audit"})
    assert (second.status_code, second.json()["code"]) == (409, "run_in_progress")
    assert second.headers["location"] == f"/v1/runs/{run_id}"
    assert len(api.machine.started) == 2


@pytest.mark.parametrize("fate", ["failed", "refused"])
def test_a_run_that_fails_leaves_the_persona_untouched(api: Api, persona: dict[str, Any], fate: Any) -> None:
    api.machine.fate = fate
    reply = again(api, persona, {"from": "intent_parse"})
    assert reply.status_code == {"failed": 502, "refused": 503}[fate]
    assert read(api, persona) == persona
    assert len(api.call("GET", f"/v1/personas/{persona['id']}/versions").json()["data"]) == 1
    api.machine.fate = "active"
    assert again(api, persona, {"from": "soul_draft"}).status_code == 200


def test_a_lost_run_lets_go_of_the_persona(api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    api.machine.fate = "silent"
    again(api, persona, {"from": "soul_draft"}, headers=ASYNC)
    real = clock.now
    for module in ("functions.clock.now", "functions.wiring.now", "functions.api.runs.polling.now"):
        monkeypatch.setattr(module, lambda: real() + timedelta(minutes=33))
    wiring.run_context.cache_clear()
    assert read(api, persona) == persona


def test_a_failed_persona_can_be_written_after_all(api: Api) -> None:
    api.machine.fate = "failed"
    location = api.call("POST", "/v1/personas", json=BRIEF).headers["location"]
    made = {"id": api.call("GET", location).json()["persona_id"]}
    api.machine.fate = "active"
    refused = again(api, made, {"from": "soul_draft"})
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_to_keep")
    after = again(api, made, {"from": "intent_parse"}).json()
    assert (after["id"], after["status"], after["version"]) == (made["id"], "active", 1)


def test_an_archived_persona_stays_as_it_is(api: Api, persona: dict[str, Any]) -> None:
    api.call("PATCH", f"/v1/personas/{persona['id']}", json={"archived": True})
    refused = again(api, persona, {"from": "audit"})
    assert (refused.status_code, refused.json()["code"]) == (409, "persona_archived")


def test_it_can_be_streamed(api: Api, persona: dict[str, Any]) -> None:
    reply = again(api, persona, {"from": "surface_ground", "stream": True})
    events = [line.removeprefix("event: ") for line in reply.text.splitlines() if line.startswith("event: ")]
    assert events[0] == "run.started"
    assert events[-2:] == ["pipeline.completed", "persona"]
    last = reply.text.rstrip().rpartition("data: ")[2]
    assert json.loads(last) == read(api, persona)


def test_one_key_is_one_run(api: Api, persona: dict[str, Any]) -> None:
    headers = {"Idempotency-Key": "again-1"}
    first = again(api, persona, {"from": "mask_build"}, headers=headers)
    second = again(api, persona, {"from": "mask_build"}, headers=headers)
    assert second.json() == first.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len(api.machine.started) == 2
    other = again(api, persona, {"from": "audit"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


def test_a_repeated_request_follows_its_own_run(api: Api, persona: dict[str, Any]) -> None:
    api.machine.fate = "silent"
    headers = {"Idempotency-Key": "again-1", **ASYNC}
    first = again(api, persona, {"from": "mask_build"}, headers=headers)
    second = again(api, persona, {"from": "mask_build"}, headers=headers)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()


def test_a_crash_before_the_start_is_finished_by_the_next_try(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    api.machine.fate = "silent"
    headers = {"Idempotency-Key": "again-1"}
    again(api, persona, {"from": "mask_build"}, headers={**headers, **ASYNC})
    before = api.machine.started.pop()  # as if the process had died before StartExecution
    real = clock.now
    submissions.cache_clear()
    wiring.run_context.cache_clear()
    for where in (clock, wiring):
        monkeypatch.setattr(where, "now", lambda: real() + timedelta(seconds=11))
    api.machine.fate = "active"
    reply = again(api, persona, {"from": "mask_build"}, headers=headers)
    assert (reply.status_code, reply.json()["version"]) == (200, 2)
    assert api.machine.started[1] == before, "the same input under the same name"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/from"),
        ({"from": "store_persona"}, "/from"),
        ({"from": "single_call"}, "/from"),
        ({"from_": "audit"}, "/from_"),
        ({"from": "audit", "intent": "x"}, "/intent"),
        ({"from": "audit", "config": {"x": 1}}, "/config/x"),
        ({"from": "audit", "config": {"engine.pipeline.method": "single_call"}}, "/from"),
    ],
)
def test_a_bad_request_starts_nothing(api: Api, persona: dict[str, Any], body: Any, pointer: str) -> None:
    reply = again(api, persona, body)
    assert reply.status_code == 422
    assert pointer in [error["pointer"] for error in reply.json()["errors"]]
    assert len(api.machine.started) == 1


def test_others_may_not(api: Api, persona: dict[str, Any]) -> None:
    for key, status in ((None, 401), (READ_KEY, 403), (OTHER_KEY, 404)):
        assert again(api, persona, {"from": "audit"}, key=key).status_code == status
    assert again(api, {"id": "per_nobody"}, {"from": "audit"}).status_code == 404
    assert len(api.machine.started) == 1


def test_kept_layers_and_fields_stay_wherever_they_are(api: Api, persona: dict[str, Any]) -> None:
    own = {"mask": {"tone": "dry"}, "surface": {"name": "Derya", "appearance": "A scar."}}
    before = api.call("PATCH", f"/v1/personas/{persona['id']}", json={"layers": own}).json()
    reply = again(api, persona, {"from": "soul_draft", "keep": ["mask", "surface.name"], "reason": "Fresh."})
    after = reply.json()
    assert (reply.status_code, after["mask"]) == (200, before["mask"])
    assert after["surface"] == {**persona["surface"], "name": "Derya"}
    run = api.call("GET", f"/v1/runs/{after['run_id']}").json()
    assert [step["step"] for step in run["attempts"][0]["steps"]] == [
        "soul_draft",
        "self_enrich",
        "surface_ground",
        "audit",
    ]
    version = api.call("GET", f"/v1/personas/{persona['id']}/versions/3").json()
    assert (version["change"], version["reason"], version["author"]) == ("regenerated", "Fresh.", "key_ffk_one")
    assert version["fields"] == ["surface.appearance"]


def test_edits_go_in_before_the_rest_is_written(api: Api, persona: dict[str, Any]) -> None:
    edits = {"soul": {"desire": "To be left alone."}, "surface": {"name": "Derya"}}
    after = again(api, persona, {"from": "self_enrich", "edits": edits}).json()
    assert after["soul"] == {**persona["soul"], "desire": "To be left alone."}
    assert after["surface"]["name"] == "Derya"
    _, state = api.machine.started[-1]
    assert state.draft.soul is not None
    assert (state.draft.soul.desire, state.draft.mask) == ("To be left alone.", None)
    broken = again(api, persona, {"from": "mask_build", "edits": {"surface": {"age": 50}}})
    assert (broken.status_code, broken.json()["code"]) == (422, "constraint_broken")
    assert broken.json()["errors"][0]["pointer"] == "/edits/surface/age"
    body = {"from": "mask_build", "edits": {"surface": {"age": 50}}, "accept_violations": True}
    accepted = again(api, persona, body).json()
    assert accepted["surface"]["age"] == 50
    version = api.call("GET", f"/v1/personas/{persona['id']}/versions/{accepted['version']}").json()
    assert [violation["field"] for violation in version["violations"]] == ["surface.age"]


def test_edits_of_a_run_that_fails_are_not_stored(api: Api, persona: dict[str, Any]) -> None:
    api.machine.fate = "failed"
    assert again(api, persona, {"from": "mask_build", "edits": {"surface": {"name": "Derya"}}}).status_code == 502
    assert read(api, persona) == persona


def test_a_crash_before_the_start_of_a_rewrite_is_finished_by_the_next_try(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    api.machine.fate = "silent"
    headers = {"Idempotency-Key": "again-1"}
    body = {"from": "soul_draft", "keep": ["mask"], "edits": {"surface": {"name": "Derya"}}}
    again(api, persona, body, headers={**headers, **ASYNC})
    before = api.machine.started.pop()  # as if the process had died before StartExecution
    real = clock.now
    submissions.cache_clear()
    wiring.run_context.cache_clear()
    for where in (clock, wiring):
        monkeypatch.setattr(where, "now", lambda: real() + timedelta(seconds=11))
    api.machine.fate = "active"
    reply = again(api, persona, body, headers=headers)
    assert (reply.status_code, reply.json()["surface"]["name"]) == (200, "Derya")
    assert api.machine.started[1] == before, "the same input under the same name"


def test_a_dry_run_says_what_it_would_do_and_does_nothing(api: Api, persona: dict[str, Any]) -> None:
    before = api.stored("personas")
    body = {"from": "soul_draft", "keep": ["self", "surface.name"], "dry_run": True}
    reply = again(api, persona, body)
    found = reply.json()
    assert reply.status_code == 200
    assert [step["step"] for step in found["steps"]] == ["soul_draft", "mask_build", "surface_ground", "audit"]
    assert found["calls"] == {"low": 4, "high": 32}
    assert found["models"] == ["offline:composer-1"]
    assert found["usd"] == {"low": 0.0, "high": 0.0}
    priced = again(api, persona, {**body, "config": {"engine.pipeline.audit.max_retries": 0}})
    assert priced.json()["calls"] == {"low": 4, "high": 8}
    broken = again(api, persona, {**body, "edits": {"surface": {"age": 50}}})
    assert broken.json()["code"] == "constraint_broken"
    assert api.stored("personas") == before
    assert len(api.machine.started) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"from": "soul_draft", "keep": ["surface.name"], "edits": {"surface": {"name": "x"}}}, "/keep/0"),
        ({"from": "mask_build", "keep": ["mask", "surface"]}, "/keep"),
        ({"from": "soul_draft", "keep": ["surface", "ghost"]}, "/keep/1"),
        ({"from": "soul_draft", "keep": "mask"}, "/keep"),
        ({"from": "soul_draft", "edits": {"surface": {"age": "x"}}}, "/edits/surface/age"),
        ({"from": "intent_parse", "keep": ["mask"], "config": {"engine.pipeline.method": "single_call"}}, "/from"),
    ],
)
def test_a_contradiction_starts_nothing(api: Api, persona: dict[str, Any], body: Any, pointer: str) -> None:
    for dry in (False, True):
        reply = again(api, persona, {**body, "dry_run": dry})
        assert reply.status_code == 422
        assert pointer in [error["pointer"] for error in reply.json()["errors"]]
    assert len(api.machine.started) == 1


def test_a_layer_is_refined_alone_and_the_move_is_told(api: Api, persona: dict[str, Any]) -> None:
    reply = again(api, persona, {"refine": {"layer": "mask", "axis": "warmer", "amount": 0.4}})
    after = reply.json()
    assert reply.status_code == 200
    run = api.call("GET", f"/v1/runs/{after['run_id']}").json()
    assert [step["step"] for step in run["attempts"][0]["steps"]] == ["mask_build", "audit"]
    assert len(run["attempts"][0]["steps"][1]["calls"]) == 2, "the audit and the reading of the tone"
    assert run["usage"]["cost_usd"] == pytest.approx(0.03)
    # The scripted reading finds both versions alike, so the move failed, and the reply says so.
    assert after["refined"] == {
        "layer": "mask",
        "axis": "warmth",
        "amount": 0.4,
        "before": 0.2,
        "after": 0.2,
        "moved": 0.0,
        "reached": False,
    }
    _, state = api.machine.started[-1]
    assert state.rewrite is not None
    assert state.rewrite.before == persona["mask"]
    assert state.rewrite.layers == ("surface",)
    later = again(api, persona, {"from": "surface_ground"}).json()
    assert later["refined"] is None, "this run moved nothing"


def test_a_refinement_can_begin_earlier_and_take_edits(api: Api, persona: dict[str, Any]) -> None:
    body = {
        "from": "soul_draft",
        "keep": ["self"],
        "refine": {"layer": "mask", "axis": "irony", "amount": -0.3},
        "edits": {"surface": {"name": "Derya"}},
    }
    after = again(api, persona, body).json()
    assert (after["refined"]["axis"], after["surface"]["name"]) == ("irony", "Derya")
    planned = again(api, persona, {**body, "dry_run": True}).json()
    assert [step["step"] for step in planned["steps"]] == ["soul_draft", "mask_build", "surface_ground", "audit"]
    assert planned["calls"]["low"] == 5


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"layer": "self", "axis": "warmth"}, "/refine/layer", "no_axis"),
    ({"layer": "surface", "axis": "warmer"}, "/refine/layer", "no_axis"),
    ({"layer": "soul", "axis": "irony"}, "/refine/axis", "no_axis"),
    ({"layer": "mask", "axis": "warmth", "amount": 0}, "/refine/amount", "no_move"),
    ({"layer": "mask", "axis": "darker", "amount": -0.5}, "/refine/amount", "no_move"),
    ({"layer": "mask", "axis": "warmth", "amount": 1.5}, "/refine/amount", "too_large"),
    ({"layer": "mask", "axis": "volume"}, "/refine/axis", "invalid_value"),
]


def test_a_refinement_that_cannot_be_starts_nothing(api: Api, persona: dict[str, Any]) -> None:
    before = api.stored("personas")
    for refine, pointer, code in REFUSED:
        for reply in (
            again(api, persona, {"refine": refine}),
            api.call("POST", f"/v1/personas/{persona['id']}/fork", json={"refine": refine}),
        ):
            assert reply.status_code == 422
            fault = reply.json()["errors"][0]
            assert fault["pointer"] == pointer, reply.text
            assert code in {fault["code"], "too_large", "invalid_value"}
    kept = again(api, persona, {"from": "soul_draft", "keep": ["mask"], "refine": {"layer": "mask", "axis": "warmth"}})
    assert kept.json()["errors"][0]["pointer"] == "/refine/layer"
    assert api.stored("personas") == before
    assert len(api.machine.started) == 1
