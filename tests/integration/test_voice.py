"""A persona's voice on the deployed template: the fingerprint comes by itself, chat is scored, a stranger alerts."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from tests.integration.local_server import LocalServer, eventually

FOREIGN = (
    "Sure! I'd be happy to help. Here are a few helpful tips: plan ahead, stay positive, and let me know how it goes!"
)


@pytest.fixture(scope="module")
def persona(stack: LocalServer, background_jobs: None) -> dict[str, Any]:  # noqa: ARG001 - they take its fingerprint
    reply = stack.call(
        "POST", "/v1/personas", body={"intent": "A retired night nurse in Leeds who writes letters", "seed": 1}
    )
    assert reply.status_code == 201
    made: dict[str, Any] = reply.json()
    assert fingerprint(stack, made)["status"] in {"pending", "running", "ready"}
    eventually(lambda: fingerprint(stack, made)["status"] == "ready")
    return made


def fingerprint(stack: LocalServer, persona: dict[str, Any], query: str = "") -> dict[str, Any]:
    read: dict[str, Any] = stack.call("GET", f"/v1/personas/{persona['id']}/fingerprint{query}").json()
    return read


def chat(stack: LocalServer, persona: dict[str, Any], **body: Any) -> httpx.Response:
    return stack.call("POST", f"/v1/personas/{persona['id']}/chat", body=body)


def test_a_new_persona_gets_its_fingerprint_and_the_log_tells_how(stack: LocalServer, persona: dict[str, Any]) -> None:
    told = fingerprint(stack, persona, "?include=vector,distances")
    assert (told["scenarios"], told["embedder"], told["calibration"]["n"]) == (50, "writers@1", 50)
    assert abs(sum(value * value for value in told["vector"]) - 1) < 1e-4
    assert told["calibration"]["distances"] == sorted(told["calibration"]["distances"])
    run = stack.call("GET", f"/v1/runs/{told['run_id']}").json()
    assert (run["kind"], run["status"], run["persona_id"]) == ("fingerprint", "completed", persona["id"])
    path = f"/v1/runs/{told['run_id']}/events"
    events = stack.call("GET", path, headers={"Accept": "application/json"}).json()["data"]
    assert events[0]["type"] == "job.started"
    assert events[-1]["type"] == "job.completed"
    progress = [event for event in events if event["type"] == "job.progress"]
    assert (progress[-1]["done"], progress[-1]["total"]) == (50, 50)
    assert stack.call("GET", f"/v1/personas/{persona['id']}").json()["fingerprint"]["grade"] == told["grade"]
    plot = stack.call("GET", f"/v1/personas/{persona['id']}/fingerprint/plot")
    assert plot.headers["content-type"] == "image/svg+xml"


def test_a_chat_goes_on_and_each_reply_is_scored(stack: LocalServer, persona: dict[str, Any]) -> None:
    first = chat(stack, persona, message="Did you sleep at all?").json()
    assert first["drift"]["score"] < first["drift"]["threshold"] + 0.15
    second = chat(stack, persona, message="And last night?", session_id=first["session_id"]).json()
    assert second["session_id"] == first["session_id"]
    assert second["drift"]["session"]["replies"] == 2
    assert second["usage"]["tokens"]["input_tokens"] > first["usage"]["tokens"]["input_tokens"], "it was told the rest"
    assert chat(stack, persona, message="Hello?", session_id="ses_nobody").status_code == 404


def test_a_streamed_reply_is_its_pieces_and_then_the_whole(stack: LocalServer, persona: dict[str, Any]) -> None:
    reply = chat(stack, persona, message="Tell me about the ward.", stream=True)
    assert reply.headers["content-type"].startswith("text/event-stream")
    frames = [frame.split("\n") for frame in reply.text.split("\n\n") if frame.startswith("event: ")]
    events = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]
    heard = "".join(content["text"] for name, content in events if name == "token")
    name, whole = events[-1]
    assert name == "completed"
    assert heard == whole["reply"]
    assert whole["drift"]["score"] is not None


def test_a_stranger_s_reply_alerts_and_the_bus_is_told(stack: LocalServer, persona: dict[str, Any]) -> None:
    path = f"/v1/personas/{persona['id']}/drift"
    told = stack.call("POST", path, body={"reply": FOREIGN}).json()["drift"]
    assert told["alert"] is True
    assert told["p_value"] <= 0.05
    assert told["top_features"]
    both = stack.call("POST", path, body={"replies": [FOREIGN, "No."], "session_id": "mine"}).json()["drifts"]
    assert [one["exempt"] for one in both] == [None, "too_short"]
    table = stack.outputs()["OutboxTableName"]
    entries = [json.loads(item["entry"]["S"]) for item in stack.aws("dynamodb").scan(TableName=table)["Items"]]
    mine = [entry for entry in entries if entry["Detail"]["data"].get("persona_id") == persona["id"]]
    assert {entry["DetailType"] for entry in mine} >= {"persona.fingerprint.ready", "persona.drift_detected"}
    assert all(FOREIGN not in json.dumps(entry) for entry in mine)


def test_a_fingerprint_is_taken_anew_when_asked_for(stack: LocalServer, persona: dict[str, Any]) -> None:
    before = fingerprint(stack, persona)
    receipt = stack.call("POST", f"/v1/personas/{persona['id']}/fingerprint")
    assert receipt.status_code == 202
    run_id = receipt.json()["run_id"]
    assert receipt.headers["location"] == f"/v1/runs/{run_id}"
    assert run_id != before["run_id"]
    eventually(
        lambda: fingerprint(stack, persona)["run_id"] == run_id and fingerprint(stack, persona)["status"] == "ready"
    )


def test_a_persona_written_anew_is_heard_anew(stack: LocalServer, persona: dict[str, Any]) -> None:
    before = fingerprint(stack, persona)
    # The offline composer writes the same person again, but for another method.
    other = {"from": "intent_parse", "config": {"engine.pipeline.method": "single_call"}}
    again = stack.call("POST", f"/v1/personas/{persona['id']}/regenerate", body=other)
    assert again.status_code == 200
    [latest, *_] = stack.call("GET", f"/v1/personas/{persona['id']}/versions").json()["data"]
    assert "mask" in latest["changed"]
    eventually(
        lambda: (
            fingerprint(stack, persona)["run_id"] != before["run_id"]
            and fingerprint(stack, persona)["status"] == "ready"
        )
    )


@pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": "x" * 8001}, {"message": "hi", "session_id": "a b"}])
def test_a_bad_message_costs_nothing(stack: LocalServer, persona: dict[str, Any], body: dict[str, Any]) -> None:
    reply = chat(stack, persona, **body)
    assert reply.status_code == 422
    assert reply.json()["errors"][0]["pointer"] in {"/message", "/session_id"}
