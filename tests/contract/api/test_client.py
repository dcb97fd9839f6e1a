"""The Python client against the served app; its retries against replies of the test's own."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fourfold.client import ApiConnectionError, ApiProblemError, AsyncFourfold, Fourfold, verified_event
from fourfold.client.webhooks import NotVerifiedError
from fourfold.webhooks.signing import new_secret, signed_headers
from tests.contract.api.conftest import FULL_KEY, Live

BRIEF = "A shy founder, 34, in Istanbul"
ABSENT = "per_00000000000000000000000000"
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```", Path("docs/clients.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)


def of(live: Live) -> Fourfold:
    return Fourfold(api_key=FULL_KEY, base_url=live.url)


def test_a_persona_from_brief_to_deletion(live: Live) -> None:
    with of(live) as client:
        persona = client.create_persona(BRIEF)
        assert persona.surface is not None
        assert client.persona(persona.id).surface == persona.surface
        assert client.update_persona(persona.id, slug="deniz").slug == "deniz"
        others = [client.create_persona(BRIEF).id for _ in range(3)]
        assert [each.id for each in client.personas(page_size=2)] == [*reversed(others), persona.id]
        reply = client.chat(persona.id, "Did you sleep?")
        again = client.chat(persona.id, "And last night?", reply.session_id)
        assert again.session_id == reply.session_id
        *tokens, (last, whole) = client.chat_stream(persona.id, "Did you sleep?")
        assert {name for name, _ in tokens} <= {"token", "restarted"}
        assert (last, whole["reply"]) == ("completed", reply.reply)
        assert persona.run_id is not None
        events = list(client.follow(persona.run_id))
        assert events[-1]["type"] == "pipeline.completed"
        assert list(client.follow(persona.run_id, after=events[-3]["seq"])) == events[-2:]
        assert list(client.follow(persona.run_id, after=events[-1]["seq"])) == []
        assert client.run(persona.run_id).status == "completed"
        client.delete_persona(persona.id)
        with pytest.raises(ApiProblemError) as gone:
            client.persona(persona.id)
        assert gone.value.problem.code == "not_found"
        with pytest.raises(ApiProblemError) as early:
            client.drift(others[0], "Sit. Eat.")
        assert early.value.problem.code == "fingerprint_not_ready"


def test_the_same_with_asyncio(live: Live) -> None:
    async def go() -> None:
        async with AsyncFourfold(api_key=FULL_KEY, base_url=live.url) as client:
            persona = await client.create_persona(BRIEF)
            assert [each.id async for each in client.personas()] == [persona.id]
            reply = await client.chat(persona.id, "Did you sleep?")
            last = [event async for event in client.chat_stream(persona.id, "Did you sleep?")][-1]
            assert last[1]["reply"] == reply.reply
            events = [event async for event in client.follow(str(persona.run_id))]
            assert events[-1]["type"] == "pipeline.completed"
            with pytest.raises(ApiProblemError, match="not_found"):
                await client.persona(ABSENT)

    asyncio.run(go())


def test_a_run_that_fails_is_a_problem(live: Live) -> None:
    live.api.machine.fate = "failed"
    with of(live) as client, pytest.raises(ApiProblemError) as failed:
        client.create_persona(BRIEF)
    assert failed.value.problem.code == "model_refused"


class Replies:
    """Answers each request with the next of these; an exception is a connection that breaks."""

    def __init__(self, *replies: httpx.Response | Exception) -> None:
        self.left = [*replies]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.left.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def client(self, monkeypatch: pytest.MonkeyPatch) -> tuple[Fourfold, list[float]]:
        paused: list[float] = []
        monkeypatch.setattr("time.sleep", paused.append)
        return Fourfold(api_key="ffk_x", base_url="http://api.test", transport=httpx.MockTransport(self)), paused


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    body = {"type": f"urn:{code}", "title": "T", "status": status, "detail": "D", "code": code, "new_field": 1}
    return httpx.Response(status, json=body, headers=headers)


def test_what_passes_by_is_tried_again_and_paid_once(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = Replies(
        httpx.ConnectError("no"), problem(503, "service_unavailable", **{"Retry-After": "7"}),
        problem(409, "request_in_progress"), httpx.Response(200, json={"facts": []}),
    )  # fmt: skip
    client, paused = replies.client(monkeypatch)
    assert client.request("POST", "/v1/personas/parse", json={"intent": "x"}).json() == {"facts": []}
    [key] = {request.headers["idempotency-key"] for request in replies.requests}
    assert len(key) == 36
    assert paused[1] == 7.0
    assert all(0.2 < pause <= 30 for pause in paused)


def events(*found: tuple[int, str]) -> httpx.Response:
    text = "".join(f'data: {{"seq": {seq}, "type": "{kind}"}}\n\n' for seq, kind in found)
    return httpx.Response(200, text=text, headers={"Content-Type": "text/event-stream"})


def test_a_stream_without_events_is_resumed_and_a_run_that_has_ended_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = events((1, "run.started")), events(), httpx.ConnectError("no")
    replies = Replies(*broken, events((2, "pipeline.completed")))
    client, paused = replies.client(monkeypatch)
    assert [event["seq"] for event in client.follow("run_x")] == [1, 2]
    assert [request.headers["last-event-id"] for request in replies.requests] == ["0", "1", "1", "1"]
    assert len(paused) == 3
    client, paused = Replies(httpx.Response(204)).client(monkeypatch)
    assert [*client.follow("run_x", after=2), *paused] == []
    client, _ = Replies(*[events()] * 4).client(monkeypatch)
    with pytest.raises(ApiConnectionError, match="ended before the run"):
        list(client.follow("run_x"))


@pytest.mark.parametrize(
    "replies",
    [
        [problem(422, "invalid_request")],
        [problem(409, "slug_taken")],
        [problem(502, "model_refused")],
        [problem(429, "rate_limited", **{"Retry-After": "3600"})],
        [problem(503, "service_unavailable")] * 4,
    ],
    ids=lambda replies: json.loads(replies[0].content)["code"],
)
def test_what_lasts_is_raised(monkeypatch: pytest.MonkeyPatch, replies: list[httpx.Response]) -> None:
    given = Replies(*replies)
    client, _ = given.client(monkeypatch)
    with pytest.raises(ApiProblemError) as raised:
        client.request("POST", "/v1/personas", json={})
    assert raised.value.problem.code == json.loads(replies[0].content)["code"]
    assert given.left == []


def test_a_change_without_a_key_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = Replies(httpx.ReadTimeout("late"))
    client, _ = replies.client(monkeypatch)
    with pytest.raises(ApiConnectionError):
        client.update_persona(ABSENT, slug="deniz")
    assert len(replies.requests) == 1


def test_what_is_no_document_of_the_api_is_an_error_of_the_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    replies = Replies(httpx.Response(200, text="<html>"), httpx.Response(500, text="x"), httpx.Response(200, json={}))
    client, _ = replies.client(monkeypatch)
    for _ in range(3):
        with pytest.raises(ApiConnectionError):
            client.persona(ABSENT)
    monkeypatch.delenv("FOURFOLD_API_KEY", raising=False)
    with pytest.raises(ApiConnectionError, match="FOURFOLD_API_KEY"):
        Fourfold()


def test_a_delivery_is_verified() -> None:
    secret, body = (
        new_secret(),
        b'{"type":"persona.created","timestamp":"2026-11-23T09:00:00Z","data":{"persona_id":"p"}}',
    )
    headers = {
        name.title(): value for name, value in signed_headers("evt_1", datetime.now(UTC), body, [secret]).items()
    }
    event = verified_event(body, headers, secret)
    assert (event.id, event.type, event.data) == ("evt_1", "persona.created", {"persona_id": "p"})
    for wrong in ((body + b" ", headers, secret), (body, headers, new_secret()), (body, {}, secret)):
        with pytest.raises(NotVerifiedError):
            verified_event(*wrong)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.splitlines()[0])
def test_the_examples_of_the_documentation_run(
    live: Live, monkeypatch: pytest.MonkeyPatch, example: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FOURFOLD_API_KEY", FULL_KEY)
    monkeypatch.setenv("FOURFOLD_API_URL", live.url)
    if "openai" in example:
        with of(live) as client:
            client.update_persona(client.create_persona(BRIEF).id, slug="deniz")
        example = example.replace("http://127.0.0.1:8000", live.url).replace(
            'open(".local/api_key").read().strip()', repr(FULL_KEY)
        )
    names: dict[str, Any] = {}
    exec(compile(example, "docs/clients.md", "exec"), names)  # noqa: S102 - our own documentation
    for made in names.values():
        if hasattr(made, "close") and not isinstance(made, type) and not asyncio.iscoroutinefunction(made.close):
            made.close()
    assert capsys.readouterr().out.strip()
