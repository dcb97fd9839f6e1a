"""Comparing and restoring versions through the API."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.contract.api.conftest import OTHER_KEY, READ_KEY, Api
from tests.contract.api.made_once import made_once

LAYERS = ("soul", "self", "mask", "surface")


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    """A persona of four versions: made, renamed, given a slug, written again from the mask on."""
    made = api.call("POST", "/v1/personas", json={"intent": "A shy founder, 34, in Istanbul"}).json()
    path = f"/v1/personas/{made['id']}"
    api.call("PATCH", path, json={"layers": {"surface": {"name": "Derya Aksoy"}}, "reason": "A typo."})
    api.call("PATCH", path, json={"slug": "derya"})
    return dict(api.call("POST", f"{path}/regenerate", json={"from": "mask_build", "reason": "Too warm."}).json())


def version(api: Api, persona: dict[str, Any], number: int) -> dict[str, Any]:
    found: dict[str, Any] = api.call("GET", f"/v1/personas/{persona['id']}/versions/{number}").json()
    return found


def test_a_difference_names_fields_and_words(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}/versions"
    first = api.call("GET", f"{path}/1/diff/2", READ_KEY).json()
    assert {each["field"]: (each["before"], each["after"]) for each in first["fields"]} == {
        "surface.name": ("Deniz Aksoy", "Derya Aksoy"),
        "audit.stale": (False, True),
    }
    name = first["fields"][0]
    assert [(part["op"], part["text"]) for part in name["words"]] == [
        ("removed", "Deniz "),
        ("added", "Derya "),
        ("equal", "Aksoy"),
    ]
    assert (first["from"]["version"], first["to"]["version"], first["to"]["reason"]) == (1, 2, "A typo.")
    back = api.call("GET", f"{path}/3/diff/1").json()
    assert [each["field"] for each in back["fields"]] == ["slug", "surface.name", "audit.stale"]
    assert api.call("GET", f"{path}/2/diff/2").json()["fields"] == []
    for wrong in ("1/diff/9", "9/diff/1"):
        assert api.call("GET", f"{path}/{wrong}").status_code == 404
    assert api.call("GET", f"{path}/1/diff/0").status_code == 422


def test_a_restoration_is_a_version_with_the_layers_of_then(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}"
    runs = len(api.machine.started)
    reply = api.call("POST", f"{path}/versions/2/restore", json={"reason": "It was better."})
    after, then = reply.json(), version(api, persona, 2)["persona"]
    assert reply.status_code == 200
    assert reply.headers["etag"] == api.call("GET", path).headers["etag"]
    for name in (*LAYERS, "audit", "run_id", "usage", "config_hash", "language"):
        assert json.dumps(after[name]) == json.dumps(then[name])
    assert (after["version"], after["slug"], after["surface"]["name"]) == (5, "derya", "Derya Aksoy")
    record = version(api, persona, 5)
    assert (record["change"], record["author"], record["reason"]) == ("restored", "key_ffk_one", "It was better.")
    assert len(api.machine.started) == runs, "a restoration needs no model"
    assert api.call("POST", f"{path}/versions/5/restore", json={}).json()["version"] == 5, "equal layers: no version"
    chain = api.call("PATCH", path, json={"layers": {"surface": {"age": 35}}})
    assert chain.json()["code"] == "constraint_broken", "the constraint chain of then returns too"


def test_what_is_refused_writes_nothing(api: Api, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}"
    before = api.stored("personas")
    assert api.call("POST", f"{path}/versions/9/restore", json={}).status_code == 404
    assert api.call("POST", f"{path}/versions/0/restore", json={}).status_code == 422
    assert api.call("POST", f"{path}/versions/1/restore", READ_KEY, json={}).status_code == 403
    assert api.call("POST", f"{path}/versions/1/restore", OTHER_KEY, json={}).status_code == 404
    stale = {"If-Match": '"0123"'}
    assert api.call("POST", f"{path}/versions/1/restore", json={}, headers=stale).status_code == 412
    assert api.stored("personas") == before
    api.machine.fate = "silent"
    api.call("POST", f"{path}/regenerate", json={"from": "audit"}, headers={"Prefer": "respond-async"})
    busy = api.call("POST", f"{path}/versions/1/restore", json={})
    assert (busy.status_code, busy.json()["code"]) == (409, "run_in_progress")


def test_one_key_is_one_restoration(api: Api, persona: dict[str, Any]) -> None:
    path, headers = f"/v1/personas/{persona['id']}/versions/1/restore", {"Idempotency-Key": "restore-1"}
    first = api.call("POST", path, json={}, headers=headers)
    second = api.call("POST", path, json={}, headers=headers)
    assert (first.json(), second.headers["idempotency-replayed"]) == (second.json(), "true")
    assert len(api.call("GET", f"/v1/personas/{persona['id']}/versions").json()["data"]) == 5
