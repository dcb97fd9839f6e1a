"""The OpenAI-compatible routes, as OpenAI's own SDK uses them with nothing changed but its base URL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from fourfold.voice import chat_turn, conversation
from functions.api.chat import context
from tests.contract.api.conftest import FULL_KEY, READ_KEY, Api, Live
from tests.contract.api.cut_off import SO_FAR, CutOff
from tests.contract.api.made_once import made_once

BRIEF = {"intent": "A shy founder, 34, in Istanbul"}
HELLO: Any = [{"role": "user", "content": "Did you sleep at all?"}]


@pytest.fixture
def client(live: Live) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{live.url}/v1/openai", api_key=FULL_KEY, max_retries=0) as made:
        yield made


@pytest.fixture
def persona(api: Api) -> dict[str, Any]:
    return made_once(api, _persona)


def _persona(api: Api) -> dict[str, Any]:
    made = api.call("POST", "/v1/personas", FULL_KEY, json=BRIEF).json()
    body: dict[str, Any] = api.call("PATCH", f"/v1/personas/{made['id']}", FULL_KEY, json={"slug": "deniz"}).json()
    return body


def turns(api: Api) -> list[str]:
    """The keys of the stored exchanges."""
    keys = [item["sk"]["S"] for item in api.stored("personas")]
    return [key for key in keys if "#TURN#" in key]


def test_personas_are_models(client: openai.OpenAI, persona: dict[str, Any]) -> None:
    [model] = client.models.list().data
    assert (model.id, model.owned_by) == ("persona:deniz", "ws_one")
    assert client.models.retrieve(f"persona:{persona['id']}").id == "persona:deniz"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-6.1")


def test_a_completion_is_the_personas_reply_with_its_drift(client: openai.OpenAI, persona: dict[str, Any]) -> None:
    reply = client.chat.completions.create(model="persona:deniz", messages=HELLO, temperature=0.3)
    [choice] = reply.choices
    assert choice.message.content
    assert (choice.message.role, choice.finish_reason) == ("assistant", "stop")
    assert reply.model == "persona:deniz"
    assert reply.usage is not None
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens > 0
    extra = (reply.model_extra or {})["fourfold"]
    assert extra["persona_id"] == persona["id"]
    assert extra["drift"]["exempt"] == "fingerprint_pending"
    assert (reply._request_id or "").startswith("req_")  # noqa: SLF001 - where the SDK keeps x-request-id


def test_a_stream_has_the_same_text_and_ends_with_drift_and_usage(
    client: openai.OpenAI, persona: dict[str, Any]
) -> None:
    whole = client.chat.completions.create(model="persona:deniz", messages=HELLO)
    options: Any = {"include_usage": True}
    stream = client.chat.completions.create(
        model=f"persona:{persona['id']}", messages=HELLO, stream=True, stream_options=options
    )
    *chunks, finish, last = list(stream)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == whole.choices[0].message.content
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks] == [None] * len(chunks)
    assert finish.choices[0].finish_reason == "stop"
    assert len({chunk.id for chunk in [*chunks, finish, last]}) == 1
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.total_tokens > 0
    for chunk in (finish, last):
        assert (chunk.model_extra or {})["fourfold"]["drift"]["exempt"] == "fingerprint_pending"


def test_without_stream_options_no_chunk_is_without_choices(client: openai.OpenAI, persona: dict[str, Any]) -> None:
    model = f"persona:{persona['id']}"
    assert all(chunk.choices for chunk in client.chat.completions.create(model=model, messages=HELLO, stream=True))


def test_a_session_is_named_by_the_user_or_by_a_header(
    client: openai.OpenAI, api: Api, persona: dict[str, Any]
) -> None:
    api.call("POST", f"/v1/personas/{persona['id']}/fingerprint", FULL_KEY)
    api.do_jobs()

    def say(**named: Any) -> dict[str, Any]:
        reply = client.chat.completions.create(model="persona:deniz", messages=HELLO, **named)
        extra: dict[str, Any] = (reply.model_extra or {})["fourfold"]
        return extra

    first, second = say(user="ayse@example.com"), say(user="ayse@example.com")
    assert first["session_id"] == second["session_id"] != say(user="deniz@example.com")["session_id"]
    assert second["drift"]["session"]["replies"] == 2
    assert "ayse" not in repr(api.stored("personas"))
    named = say(user="ayse@example.com", extra_headers={"Fourfold-Session": "mine-1"})
    assert named["session_id"] == "mine-1"
    assert say()["session_id"] != say()["session_id"]
    with pytest.raises(openai.BadRequestError, match="Fourfold-Session"):
        say(extra_headers={"Fourfold-Session": "no id"})


@pytest.mark.usefixtures("persona")
def test_the_messages_of_a_request_are_the_conversation(client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[tuple[str, str]]] = []
    ask = chat_turn.ask

    def spy(turn: Any, *others: Any) -> Any:
        asked.append([(message.role, message.text) for message in turn.messages])
        return ask(turn, *others)

    monkeypatch.setattr(conversation, "ask", spy)
    messages: Any = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": [{"type": "text", "text": "Good"}, {"type": "text", "text": "morning"}]},
        {"role": "user", "content": "Are you up?"},
        {"role": "assistant", "content": "Since four."},
        {"role": "user", "content": "Why?"},
    ]
    client.chat.completions.create(model="persona:deniz", messages=messages, user="ayse")
    client.chat.completions.create(model="persona:deniz", messages=HELLO, user="ayse")
    first, second = asked
    assert first == [("user", "Good\n\nmorning\n\nAre you up?"), ("assistant", "Since four."), ("user", "Why?")]
    assert [role for role, _ in second] == ["user", "assistant", "user"]
    assert second[0] == ("user", "Why?"), "a request with one message continues the session"


@pytest.mark.usefixtures("persona")
def test_a_reply_that_reaches_max_tokens_is_one_with_the_finish_reason_length(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "resolve_chat", CutOff)
    create = client.chat.completions.create
    [choice] = create(model="persona:deniz", messages=HELLO).choices
    assert (choice.message.content, choice.finish_reason) == (SO_FAR, "length")
    chunks = list(create(model="persona:deniz", messages=HELLO, stream=True))
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == SO_FAR
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices[0].finish_reason] == ["length"]


@pytest.mark.usefixtures("persona")
def test_errors_are_those_of_openai(client: openai.OpenAI, live: Live) -> None:
    create = client.chat.completions.create
    with pytest.raises(openai.NotFoundError) as absent:
        create(model="persona:nobody", messages=HELLO)
    assert (absent.value.code, absent.value.type) == ("model_not_found", "invalid_request_error")
    with pytest.raises(openai.BadRequestError) as empty:
        create(model="persona:deniz", messages=[{"role": "user", "content": ""}])
    assert empty.value.param == "messages[0].content"
    last: Any = [*HELLO, {"role": "assistant", "content": "Yes."}]
    with pytest.raises(openai.BadRequestError) as unasked:
        create(model="persona:deniz", messages=last)
    assert unasked.value.param == "messages[1]"
    tools: Any = [{"type": "function", "function": {"name": "look"}}]
    with pytest.raises(openai.BadRequestError) as tooled:
        create(model="persona:deniz", messages=HELLO, tools=tools)
    assert tooled.value.param == "tools"
    with pytest.raises(openai.PermissionDeniedError):
        client.with_options(api_key=READ_KEY).chat.completions.create(model="persona:deniz", messages=HELLO)
    with pytest.raises(openai.AuthenticationError) as stranger:
        client.with_options(api_key="ffk_none").models.list()
    assert stranger.value.code == "invalid_api_key"
    with live.client() as http:
        reply = http.post("/v1/openai/embeddings", json={})
        large = http.post("/v1/openai/chat/completions", content=b"x" * 70_000)
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
    assert (large.status_code, large.json()["error"]["code"]) == (413, "body_too_large")
    assert (large.headers["content-type"], large.headers["x-should-retry"]) == ("application/json", "false")


@pytest.mark.usefixtures("persona")
def test_a_repeated_request_is_answered_once(client: openai.OpenAI, api: Api) -> None:
    once = {"Idempotency-Key": "once"}
    replies = [
        client.chat.completions.create(model="persona:deniz", messages=HELLO, extra_headers=once) for _ in range(2)
    ]
    assert replies[0].id == replies[1].id
    assert len(turns(api)) == len({reply.id for reply in replies})
    keyed = {"Idempotency-Key": "streamed"}
    texts = []
    for _ in range(2):
        stream = client.chat.completions.create(model="persona:deniz", messages=HELLO, stream=True, extra_headers=keyed)
        texts.append("".join(chunk.choices[0].delta.content or "" for chunk in stream))
    assert texts[0] == texts[1]
