"""PATCH, DELETE and the history they leave, or do not."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from fourfold.persona import Persona
from fourfold.pipeline.complete_run import complete_run
from fourfold.progress.log import RunOverError
from functions import wiring
from tests.builders import ALL_STEPS, ScriptedModel, performed
from tests.contract.api.conftest import OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ASYNC = {"Prefer": "respond-async"}


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    body: dict[str, Any] = api.call("POST", "/v1/personas", json=BRIEF).json()
    return body


def patch(api: Api, persona: dict[str, Any], body: Any, **headers: str) -> httpx.Response:
    return api.call("PATCH", f"/v1/personas/{persona['id']}", json=body, headers=headers)


def told(api: Api) -> list[dict[str, Any]]:
    """What the outbox holds, oldest first, but for the runs that made the personas."""
    entries = [json.loads(item["entry"]["S"]) for item in api.stored("outbox")]
    of_runs = ("generation.", "persona.created")
    entries = [entry for entry in entries if not entry["DetailType"].startswith(of_runs)]
    return sorted(entries, key=lambda entry: str(entry["Detail"]["metadata"]["occurred_at"]))


def test_a_change_is_a_new_version_and_an_event(api: Api, persona: dict[str, Any]) -> None:
    reply = patch(api, persona, {"slug": "deniz", "visibility": "public"})
    after = reply.json()
    assert reply.status_code == 200
    assert (after["slug"], after["visibility"], after["version"]) == ("deniz", "public", 2)
    assert {
        **after,
        "slug": None,
        "visibility": "workspace",
        "version": 1,
        "updated_at": persona["updated_at"],
    } == persona
    assert api.call("GET", f"/v1/personas/{persona['id']}").json() == after
    [entry] = told(api)
    assert entry["DetailType"] == "persona.updated"
    assert entry["Detail"]["data"] == {
        "persona_id": persona["id"],
        "version": 2,
        "changed": ["slug", "visibility"],
        "fields": [],
        "changed_by": "key_ffk_one",
        "reason": None,
        "run_id": None,
        "metadata": {},
    }


def test_what_is_so_already_changes_nothing(api: Api, persona: dict[str, Any]) -> None:
    assert patch(api, persona, {}).json() == persona
    assert patch(api, persona, {"visibility": "workspace", "archived": False, "slug": None}).json() == persona
    assert told(api) == []


def test_an_archived_persona_comes_back_as_what_it_was(api: Api) -> None:
    api.machine.fate = "flagged"
    made = api.call("POST", "/v1/personas", json=BRIEF).json()
    away = patch(api, made, {"archived": True}).json()
    assert (away["status"], away["archived_from"]) == ("archived", "flagged")
    back = patch(api, made, {"archived": False}).json()
    assert (back["status"], back["archived_from"], back["version"]) == ("flagged", None, 3)


def test_a_slug_belongs_to_one_persona_of_a_workspace(api: Api, persona: dict[str, Any]) -> None:
    other = api.call("POST", "/v1/personas", json=BRIEF).json()
    foreign = api.call("POST", "/v1/personas", json=BRIEF, key=OTHER_KEY).json()
    patch(api, persona, {"slug": "deniz"})
    refused = patch(api, other, {"slug": "deniz"})
    assert (refused.status_code, refused.json()["code"]) == (409, "slug_taken")
    assert refused.json()["errors"][0]["pointer"] == "/slug"
    assert api.call("GET", f"/v1/personas/{other['id']}").json() == other
    path = f"/v1/personas/{foreign['id']}"
    assert api.call("PATCH", path, json={"slug": "deniz"}, key=OTHER_KEY).status_code == 200
    assert patch(api, persona, {"slug": "deniz-2"}).status_code == 200
    assert patch(api, other, {"slug": "deniz"}).status_code == 200, "the old slug is free"
    assert patch(api, persona, {"slug": None}).json()["slug"] is None
    assert patch(api, other, {"slug": "deniz-2"}).status_code == 200


def test_twenty_who_want_one_slug_are_one_winner(api: Api) -> None:
    made = [api.call("POST", "/v1/personas", json=BRIEF).json() for _ in range(6)]
    replies: list[int] = []
    start = threading.Barrier(6)

    def go(one: dict[str, Any]) -> None:
        start.wait()
        replies.append(patch(api, one, {"slug": "mine"}).status_code)

    threads = [threading.Thread(target=go, args=(one,)) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(replies) == [200, *[409] * 5]


def test_if_match_guards_a_change(api: Api, persona: dict[str, Any]) -> None:
    seen = api.call("GET", f"/v1/personas/{persona['id']}").headers["etag"]
    first = patch(api, persona, {"slug": "first"}, **{"If-Match": seen})
    assert first.status_code == 200
    assert first.headers["etag"] != seen
    late = patch(api, persona, {"slug": "second"}, **{"If-Match": seen})
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert late.headers["etag"] == first.headers["etag"]
    assert patch(api, persona, {"slug": "third"}, **{"If-Match": f'"x", {late.headers["etag"]}'}).status_code == 200
    assert patch(api, persona, {"slug": "fourth"}, **{"If-Match": "*"}).status_code == 200
    weak = "W/" + api.call("GET", f"/v1/personas/{persona['id']}").headers["etag"]
    for none in (weak, "", "nonsense"):
        assert patch(api, persona, {"slug": "fifth"}, **{"If-Match": none}).status_code == 412
        assert api.call("DELETE", f"/v1/personas/{persona['id']}", headers={"If-Match": none}).status_code == 412
    assert api.call("GET", f"/v1/personas/{persona['id']}").json()["slug"] == "fourth"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"slug": "Deniz"}, "/slug"),
        ({"slug": ""}, "/slug"),
        ({"slug": "-x"}, "/slug"),
        ({"slug": "x\n"}, "/slug"),
        ({"slug": "a" * 64}, "/slug"),
        ({"slug": 3}, "/slug"),
        ({"visibility": "everyone"}, "/visibility"),
        ({"visibility": None}, "/visibility"),
        ({"archived": "yes"}, "/archived"),
        ({"archived": 1}, "/archived"),
        ({"status": "archived"}, "/status"),
        ({"soul": {}}, "/soul"),
        ([], ""),
    ],
)
def test_a_bad_change_names_its_field(api: Api, persona: dict[str, Any], body: Any, pointer: str) -> None:
    reply = patch(api, persona, body)
    assert reply.status_code == 422
    assert [error["pointer"] for error in reply.json()["errors"]] == [pointer]
    assert api.call("GET", f"/v1/personas/{persona['id']}").json() == persona


def test_a_persona_without_a_person_is_not_changed(api: Api) -> None:
    api.machine.fate = "silent"
    made = api.call("POST", "/v1/personas", json=BRIEF, headers=ASYNC).json()
    refused = patch(api, {"id": made["persona_id"]}, {"slug": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "persona_not_written")


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_others_may_not(api: Api, persona: dict[str, Any], method: str) -> None:
    path, body = f"/v1/personas/{persona['id']}", {"slug": "x"} if method == "PATCH" else None
    assert api.call(method, path, key=None, json=body).status_code == 401
    assert api.call(method, path, key=READ_KEY, json=body).status_code == 403
    assert api.call(method, path, key=OTHER_KEY, json=body).status_code == 404
    assert api.call(method, "/v1/personas/per_nobody", json=body).status_code == 404
    assert api.call("GET", path).json() == persona


def test_every_change_is_kept_as_it_stood(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}/versions"
    states = [persona, *(patch(api, persona, {"slug": f"s{n}"}).json() for n in range(4))]
    listed: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.call("GET", path, params={"limit": 2, **cursor}).json()
        listed += page["data"]
        if not page["has_more"]:
            break
        cursor = {"cursor": page["next_cursor"]}
    assert [version["version"] for version in listed] == [5, 4, 3, 2, 1]
    assert [version["change"] for version in listed] == [*["updated"] * 4, "generated"]
    assert (listed[-1]["run_id"], listed[-1]["overall"]) == (persona["run_id"], persona["audit"]["overall"])
    assert [listed[0]["changed"], listed[-1]["changed"]] == [["slug"], []]
    for number, state in enumerate(states, start=1):
        assert api.call("GET", f"{path}/{number}").json()["persona"] == state
    for strange in ("0", "6", "x", "999999999"):
        assert api.call("GET", f"{path}/{strange}").status_code in {404, 422}
    assert api.call("GET", path, key=OTHER_KEY).status_code == 404
    assert api.call("GET", f"{path}/1", key=OTHER_KEY).status_code == 404
    assert api.call("GET", path, params={"cursor": "eA"}).json()["errors"][0]["pointer"] == "cursor"


def test_a_deleted_persona_leaves_nothing_behind(api: Api, persona: dict[str, Any]) -> None:
    kept = api.call("POST", "/v1/personas", json=BRIEF).json()
    before = {table: api.stored(table) for table in ("personas", "run-events")}
    patch(api, persona, {"slug": "deniz"})
    tables = api.tables
    for n in range(60):  # what background work and chats leave
        tables.put_item(
            TableName="personas",
            Item={
                "pk": {"S": f"WS#ws_one#PERSONA#{persona['id']}"},
                "sk": {"S": f"SOMETHING#{n}"},
                "doc": {"S": "{}"},
            },
        )
    reply = api.call("DELETE", f"/v1/personas/{persona['id']}")
    assert (reply.status_code, reply.content) == (204, b"")
    for table, items in before.items():
        left = api.stored(table)
        assert not [item for item in left if persona["id"] in str(item) or persona["run_id"] in str(item)]
        assert left == [item for item in items if kept["id"] in str(item)]
    assert api.call("GET", f"/v1/personas/{persona['id']}").status_code == 404
    assert api.call("GET", f"/v1/runs/{persona['run_id']}").status_code == 404
    assert api.call("GET", f"/v1/runs/{persona['run_id']}/events").status_code == 404
    assert api.call("DELETE", f"/v1/personas/{persona['id']}").status_code == 404
    assert patch(api, kept, {"slug": "deniz"}).status_code == 200, "its slug is free"
    deleted = [entry for entry in told(api) if entry["DetailType"] == "persona.deleted"]
    assert [entry["Detail"]["data"] for entry in deleted] == [{"persona_id": persona["id"], "metadata": {}}]


def test_a_deletion_that_was_cut_off_is_finished_by_the_next(
    api: Api, persona: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:

        def cut(*_: object) -> None:
            raise RuntimeError

        broken.setattr("fourfold.storage.personas.deletion.DynamoDeletion.remove_run", cut)
        assert api.call("DELETE", f"/v1/personas/{persona['id']}").status_code == 500
    assert api.call("GET", f"/v1/personas/{persona['id']}").status_code == 404
    assert api.call("DELETE", f"/v1/personas/{persona['id']}").status_code == 204
    assert api.stored("personas") == []
    assert api.stored("run-events") == []
    assert [entry["DetailType"] for entry in told(api)] == ["persona.deleted"]


def test_a_run_does_not_bring_back_what_was_deleted_under_it(api: Api) -> None:
    api.machine.fate = "silent"
    receipt = api.call("POST", "/v1/personas", json=BRIEF, headers=ASYNC).json()
    [(_, state)] = api.machine.started
    model = ScriptedModel()
    for step in ALL_STEPS[:2]:
        state = performed(step, state, model, wiring.run_log(state, state.log_seq))
    in_flight = wiring.run_log(state, state.log_seq)
    assert api.call("DELETE", f"/v1/personas/{receipt['persona_id']}").status_code == 204

    with pytest.raises(RunOverError):  # the step that was at work, and any later one
        performed(ALL_STEPS[2], state, model, in_flight)
    [end] = api.stored("run-events")
    assert json.loads(end["doc"]["S"])["problem"]["code"] == "persona_deleted"
    whole = state
    for step in ALL_STEPS[2:]:
        whole = step.apply(whole, step.output_type.model_validate_json(model.complete(step.request(whole)).text)).state
    complete_run(whole, "active", wiring.run_context())
    assert told(api)[-1]["DetailType"] == "persona.deleted"
    assert api.stored("personas") == []
    assert api.stored("run-events") == []
    assert api.call("GET", f"/v1/runs/{receipt['run_id']}").status_code == 404


def test_whoever_waits_for_a_persona_is_told_that_it_was_deleted(api: Api) -> None:
    api.machine.fate = "silent"
    replies: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: replies.append(api.call("POST", "/v1/personas", json=BRIEF)))
    waiting.start()
    while not api.machine.started:
        waiting.join(0.01)
    [(_, state)] = api.machine.started
    assert api.call("DELETE", f"/v1/personas/{state.persona_id}").status_code == 204
    waiting.join(20)
    assert [(reply.status_code, reply.json()["code"]) for reply in replies] == [(409, "persona_deleted")]


def test_a_change_in_the_middle_of_a_run_is_not_lost(api: Api, persona: dict[str, Any]) -> None:
    api.machine.hold.clear()
    path = f"/v1/personas/{persona['id']}"
    assert api.call("POST", f"{path}/regenerate", json={"from": "audit"}, headers=ASYNC).status_code == 202
    refused = patch(api, persona, {"archived": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "run_in_progress")
    assert patch(api, persona, {"slug": "meanwhile"}).status_code == 200
    api.machine.stop()
    after = Persona.model_validate_json(api.call("GET", path).text)
    assert (after.slug, after.version, after.pending_run_id) == ("meanwhile", 3, None)
