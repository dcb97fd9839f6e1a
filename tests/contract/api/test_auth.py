"""Keys and scopes; one workspace never sees another's."""

from __future__ import annotations

import pytest

from tests.contract.api.conftest import KEY, OTHER_KEY, READ_KEY, WRITE_KEY, Api

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
ROUTES = [
    ("POST", "/v1/personas"),
    ("GET", "/v1/personas"),
    ("GET", "/v1/personas/per_00000000000000000000000000"),
    ("GET", "/v1/runs/run_00000000000000000000000000"),
    ("GET", "/v1/runs/run_00000000000000000000000000/events"),
]
UNUSABLE = ["", "Bearer", "Bearer ", "Basic Zm9vOmJhcg==", "Bearer not-a-key", f"Bearer {KEY} {KEY}", KEY, "Bearer ü"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_asks_for_a_key(api: Api, method: str, path: str) -> None:
    reply = api.call(method, path, key=None, content=b"not even JSON")
    assert (reply.status_code, reply.json()["code"]) == (401, "unauthenticated")
    assert reply.headers["www-authenticate"].startswith("Bearer ")


@pytest.mark.parametrize("header", UNUSABLE)
def test_an_unusable_key_is_refused(api: Api, header: str) -> None:
    reply = api.call("POST", "/v1/personas", key=None, json=BRIEF, headers={"Authorization": header.encode()})
    assert reply.status_code == 401
    assert KEY not in reply.text
    assert api.nothing_happened()


def test_two_keys_are_none(api: Api) -> None:
    headers = [("Authorization", f"Bearer {KEY}"), ("Authorization", f"Bearer {OTHER_KEY}")]
    assert api.call("GET", "/v1/personas", key=None, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("key", "method", "status"),
    [(READ_KEY, "POST", 403), (READ_KEY, "GET", 200), (WRITE_KEY, "POST", 201), (WRITE_KEY, "GET", 403)],
)
def test_scopes_are_kept(api: Api, key: str, method: str, status: int) -> None:
    reply = api.call(method, "/v1/personas", key=key, **({"json": BRIEF} if method == "POST" else {}))
    assert reply.status_code == status
    if status == 403:
        assert reply.json()["code"] == "insufficient_scope"
        assert "personas:" in reply.headers["www-authenticate"]
        assert not api.machine.started


def test_another_workspaces_things_are_not_there(api: Api) -> None:
    persona = api.call("POST", "/v1/personas", json=BRIEF).json()
    absent = api.call("GET", "/v1/personas/per_00000000000000000000000000", key=OTHER_KEY).json()
    for path in (
        f"/v1/personas/{persona['id']}",
        f"/v1/runs/{persona['run_id']}",
        f"/v1/runs/{persona['run_id']}/events",
    ):
        assert api.call("GET", path).status_code == 200
        foreign = api.call("GET", path, key=OTHER_KEY)
        assert foreign.status_code == 404
        assert {**foreign.json(), "request_id": ""} == {**absent, "request_id": ""}
    assert api.call("GET", "/v1/personas", key=OTHER_KEY).json()["data"] == []


def test_health_and_description_need_no_key(api: Api) -> None:
    for path in ("/v1/health", "/v1/openapi.json", "/docs"):
        assert api.call("GET", path, key=None).status_code == 200
