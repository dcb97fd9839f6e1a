"""A persona's later life on the real engine, under the API's own role: changed, written anew, deleted under its run."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.integration.local_server import LocalServer, eventually

BRIEF = {"intent": "A soft-spoken night-shift baker in Lisbon, 41 — ‘naïve’ e\u0301 🦊"}
ASYNC = {"Prefer": "respond-async"}


def layer_text(reply: httpx.Response, layer: str) -> str:
    """The layer as it stands in the reply, byte for byte."""
    decoder = json.JSONDecoder()
    start = reply.text.index(f'"{layer}":') + len(layer) + 3
    _, end = decoder.raw_decode(reply.text, start)
    return reply.text[start:end]


@pytest.mark.parametrize(
    ("first", "kept"), [("mask_build", ("soul", "self")), ("audit", ("soul", "self", "mask", "surface"))]
)
def test_kept_layers_stay_the_same_to_the_byte(client: httpx.Client, first: str, kept: tuple[str, ...]) -> None:
    made = client.post("/v1/personas", json=BRIEF)
    persona = made.json()
    reply = client.post(f"/v1/personas/{persona['id']}/regenerate", json={"from": first})
    assert reply.status_code == 200, reply.text
    for layer in kept:
        assert layer_text(reply, layer) == layer_text(made, layer)
    after = reply.json()
    assert (after["id"], after["version"], after["intent"]) == (persona["id"], 2, BRIEF["intent"])
    run = client.get(f"/v1/runs/{after['run_id']}").json()
    assert run["attempts"][0]["steps"][0]["step"] == first
    versions = client.get(f"/v1/personas/{persona['id']}/versions").json()["data"]
    assert [(version["version"], version["change"]) for version in versions] == [(2, "regenerated"), (1, "generated")]
    assert client.get(f"/v1/personas/{persona['id']}/versions/1").json()["persona"] == persona


def test_a_change_and_its_event_are_stored_together(stack: LocalServer, client: httpx.Client) -> None:
    made = client.post("/v1/personas", json=BRIEF)
    path = made.headers["location"]
    tag = client.get(path).headers["etag"]
    slug = f"baker-{made.json()['id'][-8:]}"
    reply = client.patch(path, json={"slug": slug, "archived": True}, headers={"If-Match": tag})
    assert (reply.status_code, reply.json()["status"]) == (200, "archived")
    assert client.patch(path, json={"slug": None}, headers={"If-Match": tag}).status_code == 412
    other = client.post("/v1/personas", json=BRIEF).headers["location"]
    assert client.patch(other, json={"slug": slug}).json()["code"] == "slug_taken"
    assert "persona.updated" in handed_over(stack, made.json()["id"])


def test_a_persona_deleted_under_its_run_stays_deleted(stack: LocalServer, client: httpx.Client) -> None:
    receipt = client.post("/v1/personas", json=BRIEF, headers=ASYNC).json()
    assert client.delete(f"/v1/personas/{receipt['persona_id']}").status_code == 204
    machine = stack.outputs()["StateMachineArn"]
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{receipt['run_id']}"
    steps = stack.aws("stepfunctions")
    eventually(lambda: steps.describe_execution(executionArn=execution)["status"] != "RUNNING")
    eventually(lambda: not left_of(stack, receipt["persona_id"]))
    assert client.get(f"/v1/personas/{receipt['persona_id']}").status_code == 404
    assert client.get(f"/v1/runs/{receipt['run_id']}").status_code == 404
    assert "persona.deleted" in handed_over(stack, receipt["persona_id"])


def left_of(stack: LocalServer, persona_id: str) -> list[Any]:
    """What any table but the outbox still holds of a persona."""
    dynamodb, outputs = stack.aws("dynamodb"), stack.outputs()
    items = [
        item
        for table in ("PersonasTableName", "RunEventsTableName")
        for page in dynamodb.get_paginator("scan").paginate(TableName=outputs[table])
        for item in page["Items"]
    ]
    return [item for item in items if persona_id in str(item)]


def handed_over(stack: LocalServer, persona_id: str) -> list[str]:
    """The types of the events of a persona that the outbox was given."""
    pages = stack.aws("dynamodb").get_paginator("scan").paginate(TableName=stack.outputs()["OutboxTableName"])
    entries = [json.loads(item["entry"]["S"]) for page in pages for item in page["Items"]]
    return [entry["DetailType"] for entry in entries if entry["Detail"]["data"].get("persona_id") == persona_id]


def test_a_brief_is_read_by_the_deployed_step(client: httpx.Client) -> None:
    newest = client.get("/v1/personas", params={"limit": 1}).json()["data"]
    reply = client.post("/v1/personas/parse", json={"intent": "A shy founder, 34, in Istanbul"})
    assert reply.status_code == 200, reply.text
    assert {fact["field"] for fact in reply.json()["facts"]} >= {"surface.age", "surface.location"}
    assert client.get("/v1/personas", params={"limit": 1}).json()["data"] == newest


def test_a_card_goes_out_and_comes_in(client: httpx.Client) -> None:
    path = client.post("/v1/personas", json=BRIEF).headers["location"]
    file = client.get(f"{path}/export", params={"format": "card_v3_png"})
    reply = client.post("/v1/personas/import", content=file.content, headers={"Content-Type": "image/png"})
    assert reply.status_code == 201, reply.text
    assert layer_text(reply, "soul") == layer_text(client.get(path), "soul")
    assert client.get(f"{reply.headers['location']}/voice").json()["example_lines"]
    assert client.delete(reply.headers["location"]).status_code == 204
