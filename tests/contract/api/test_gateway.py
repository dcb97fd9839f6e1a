"""Behind API Gateway: addresses have the stage's prefix, and no response is silent until the gateway gives up.

The samples in events/functions/api are proxy events of a REST API. The Web Adapter replays them with their request
context as a header, which these tests do in its place.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from fourfold.http import sse
from fourfold.http.waiting import IDLE_LIMIT_S, MAX_SILENCE_S
from functions.api.chat import context
from functions.api.personas import generation, parse_client
from tests.contract.api.conftest import FULL_KEY, Api

SAMPLES = Path(__file__).parents[3] / "events" / "functions" / "api"
STAGE, DOMAIN = "create_persona_async", "create_persona_custom_domain"


def event_of(name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return event


def context_of(path: str, prefix: str) -> dict[str, str]:
    """The header that the adapter adds to a request for `path` below `prefix`."""
    context = {**event_of(STAGE)["requestContext"], "path": prefix + path}
    return {"x-amzn-request-context": json.dumps(context)}


def replayed(api: Api, event: dict[str, Any], key: str = FULL_KEY) -> httpx.Response:
    """The response to a proxy event, entered as the adapter enters it."""
    own = {"host", "authorization"}
    headers = {name: value for name, value in event["headers"].items() if name.lower() not in own}
    return api.call(
        event["httpMethod"],
        event["path"],
        key,
        params=event["queryStringParameters"],
        headers={**headers, "x-amzn-request-context": json.dumps(event["requestContext"])},
        content=event["body"],
    )


@pytest.mark.parametrize(("name", "prefix"), [(STAGE, "/prod"), (DOMAIN, "")])
def test_location_is_an_address_the_caller_can_call(api: Api, name: str, prefix: str) -> None:
    reply = replayed(api, event_of(name))
    assert reply.status_code == 202
    location = reply.headers["location"]
    assert location == f"{prefix}/v1/runs/{reply.json()['run_id']}"
    path = location.removeprefix(prefix)
    assert api.call("GET", path, FULL_KEY, headers=context_of(path, prefix)).status_code == 200


def test_every_post_that_answers_with_a_location_has_the_stage(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOURFOLD_WEBHOOKS_ALLOW_LOOPBACK", "1")
    made = api.call("POST", "/v1/personas", FULL_KEY, json={"intent": "A ferry pilot"})
    persona = made.json()["id"]
    bodies: dict[str, Any] = {
        "/v1/personas": {"intent": "A ferry pilot, 67"},
        f"/v1/personas/{persona}/regenerate": {"from": "mask_build"},
        f"/v1/personas/{persona}/fingerprint": None,
        f"/v1/personas/{persona}/test-suite": {},
        "/v1/keys": {"name": "another", "scopes": ["personas:read"]},
        "/v1/webhooks": {"url": "http://127.0.0.1:9/hook", "events": ["*"]},
        "/v1/config/snapshots": {"scope": "workspace", "label": "before"},
    }
    for path, body in bodies.items():
        headers = {"Prefer": "respond-async", **context_of(path, "/prod")}
        reply = api.call("POST", path, FULL_KEY, json=body, headers=headers)
        assert reply.status_code in {201, 202}, (path, reply.text)
        assert reply.headers["location"].startswith("/prod/v1/"), path


def test_a_problem_names_its_instance_with_the_stage(api: Api) -> None:
    api.machine.fate = "failed"
    reply = api.call(
        "POST", "/v1/personas", json={"intent": "A ferry pilot"}, headers=context_of("/v1/personas", "/prod")
    )
    assert reply.json()["instance"].startswith("/prod/v1/runs/")
    assert reply.headers["location"] == reply.json()["instance"]


def test_the_description_and_its_page_lead_to_the_stage(api: Api) -> None:
    path = "/v1/openapi.json"
    assert api.call("GET", path).json()["servers"][0]["url"] == "/"
    document = api.call("GET", path, headers=context_of(path, "/prod")).json()
    assert document["servers"][0]["url"] == "/prod"
    page = api.call("GET", "/docs", headers=context_of("/docs", "/prod"))
    assert page.status_code == 200
    assert 'href="/' not in page.text
    assert 'src="/' not in page.text
    assert api.call("GET", path).json()["servers"][0]["url"] == "/", "one address does not change another's document"


def test_a_replayed_reply_leads_to_where_it_was_asked_for(api: Api) -> None:
    body, key = {"name": "another", "scopes": ["personas:read"]}, {"Idempotency-Key": "once"}
    first = api.call("POST", "/v1/keys", FULL_KEY, json=body, headers={**key, **context_of("/v1/keys", "/prod")})
    again = api.call("POST", "/v1/keys", FULL_KEY, json=body, headers=key)
    assert again.headers["idempotency-replayed"] == "true"
    assert first.headers["location"] == f"/prod{again.headers['location']}"


def test_an_unknown_path_and_a_wrong_method_are_found_as_such_below_a_stage(api: Api) -> None:
    assert api.call("GET", "/v1/nothing", headers=context_of("/v1/nothing", "/prod")).status_code == 404
    wrong = api.call("PUT", "/v1/personas", headers=context_of("/v1/personas", "/prod"))
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("prefer", [None, "wait=600"])
def test_a_run_that_takes_long_is_answered_before_the_gateway_gives_up(
    api: Api, monkeypatch: pytest.MonkeyPatch, prefer: str | None
) -> None:
    assert generation.MAX_WAIT_S <= 240 < IDLE_LIMIT_S
    monkeypatch.setattr(generation, "MAX_WAIT_S", 0.2)
    api.machine.fate = "silent"
    headers = {"Prefer": prefer} if prefer else {}
    reply = api.call("POST", "/v1/personas", json={"intent": "A ferry pilot"}, headers=headers)
    assert reply.status_code == 202
    assert reply.headers["location"] == f"/v1/runs/{reply.json()['run_id']}"


def test_nothing_else_is_silent_for_longer() -> None:
    assert context.CHAT_TIMEOUT_S <= MAX_SILENCE_S
    assert MAX_SILENCE_S < parse_client.READ_TIMEOUT_S < IDLE_LIMIT_S
    assert sse.HEARTBEAT_SECONDS * 10 <= IDLE_LIMIT_S
