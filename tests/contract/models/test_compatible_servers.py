"""Servers that speak OpenAI's protocol in their own way: what they refuse, what they report, how they fail."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from fourfold.llm.port import ChatMessage, ChatRequest, Completion, ModelError, ModelFailure, ModelRequest, Repair
from fourfold.models import adapter, resolve, resolve_chat
from fourfold.models.provider import ProviderModel
from fourfold.models.schema import enforced_schema, written_schema
from fourfold.pipeline.surface_ground import SURFACE_GROUND, SurfaceGrounding
from tests.builders import BRIEF, GOOD_ANSWERS, state_before
from tests.providers.behaviours import CASES, Reply, Says, non_json_200
from tests.providers.server import ProviderServer
from tests.providers.setting import reached_by_all
from tests.providers.streams import Speaks
from tests.providers.wires import Body, Metered, Received

MODEL = "llama3.1:8b"
NAME = f"compatible:{MODEL}"
ANSWER: dict[str, Any] = json.loads(SurfaceGrounding.model_validate(GOOD_ANSWERS[SurfaceGrounding]).model_dump_json())
TEXT = json.dumps(ANSWER)
Objection = Callable[[Body], tuple[int, object] | None]


@dataclass
class Particular:
    """A server that refuses what `objections` object to, and else says `text`."""

    objections: list[Objection]
    text: str = TEXT
    bodies: list[Body] = field(default_factory=list)

    def reply(self, call: Received) -> Reply:
        self.bodies.append(call.body)
        for objection in self.objections:
            if (refused := objection(call.body)) is not None:
                status, body = refused
                return Reply(json.dumps(body).encode(), status)
        told = Speaks((self.text,)) if call.body.get("stream") else Says(self.text)
        return told.reply(call)


@contextmanager
def serving(behaviour: Any, facts: Mapping[str, Any] | None = None) -> Iterator[ProviderServer]:
    with ProviderServer(behaviour, facts=facts) as server, reached_by_all(server):
        yield server


def request(**changes: Any) -> ModelRequest:
    asked = SURFACE_GROUND.request(state_before(SURFACE_GROUND))
    fields = {name: getattr(asked, name) for name in ModelRequest.__dataclass_fields__}
    return ModelRequest(**{**fields, "timeout_s": 10.0, **changes})


def ask(**changes: Any) -> Completion:
    return resolve(NAME).complete(request(**changes))


def say(**changes: Any) -> Completion:
    turn: dict[str, Any] = {"system": "You are Ana.", "messages": (ChatMessage("user", "Hello?"),)}
    return resolve_chat(NAME).reply(ChatRequest(**{**turn, "max_tokens": 512, "timeout_s": 10.0, **changes}))


def form_of(body: Body) -> str:
    given = body.get("response_format") or {"type": "text"}
    strict = given.get("json_schema", {}).get("strict")
    return f"{given['type']}{' strict' if strict else ''}"


def refuses(status: int, words: object, when: Callable[[Body], object]) -> Objection:
    return lambda body: (status, words) if when(body) else None


def error(message: str) -> Body:
    return {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": None}}


def _has_schema(body: Body) -> bool:
    return form_of(body).startswith("json_schema")


NO_STRICT = refuses(400, error("Unknown field: response_format.json_schema.strict"), lambda b: "strict" in form_of(b))
NO_SCHEMA = refuses(400, error("'response_format.type' must be 'json_object' or 'text'"), _has_schema)
NO_SCHEMA_DETAIL = refuses(
    422, {"detail": [{"loc": ["body", "response_format", "type"], "msg": "unexpected value"}]}, _has_schema
)
NO_SCHEMA_VAGUE = refuses(400, {"error": "Bad Request"}, _has_schema)
NO_FORMAT = refuses(501, error("response_format is not implemented"), lambda body: "response_format" in body)
NO_SYSTEM = refuses(
    400, error("System role not supported"), lambda body: any(m["role"] == "system" for m in body["messages"])
)
NO_SYSTEM_TEMPLATE = refuses(
    500,
    error("Conversation roles must alternate user/assistant/user/assistant/..."),
    lambda body: body["messages"][0]["role"] == "system",
)
NO_MAX_TOKENS = refuses(
    400,
    error("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
    lambda body: "max_tokens" in body,
)
NO_TEMPERATURE = refuses(400, error("temperature is not supported by this model"), lambda body: "temperature" in body)
NO_STREAM_OPTIONS = refuses(422, error("stream_options: extra fields not permitted"), lambda b: "stream_options" in b)
NO_STREAM = refuses(400, error("stream=true is not supported"), lambda body: body.get("stream"))
SHORT_ANSWERS = refuses(
    400,
    error("max_tokens is too large: 2048. This model supports at most 1024 completion tokens."),
    lambda body: body.get("max_tokens", 0) > 1024,
)


@pytest.mark.parametrize(
    ("objections", "form"),
    [
        ([], "json_schema strict"),
        ([NO_STRICT], "json_schema"),
        ([NO_SCHEMA], "json_object"),
        ([NO_SCHEMA_DETAIL], "json_object"),
        ([NO_SCHEMA_VAGUE], "json_object"),
        ([NO_FORMAT], "text"),
    ],
)
def test_the_strongest_form_a_server_takes_is_found_once_and_kept(objections: list[Objection], form: str) -> None:
    server = Particular(objections)
    with serving(server):
        assert ask().text == TEXT
        assert form_of(server.bodies[-1]) == form
        tried = len(server.bodies)
        ask()
        assert len(server.bodies) == tried + 1
    assert all(written_schema(SurfaceGrounding) in body["messages"][0]["content"] for body in server.bodies)


@pytest.mark.parametrize("objection", [NO_SYSTEM, NO_SYSTEM_TEMPLATE])
def test_without_a_system_role_the_instructions_open_the_users_message(objection: Objection) -> None:
    server = Particular([objection])
    with serving(server):
        asked, repair = ask(), ask(repair=Repair(TEXT, ("surface.age: too old",)))
        said = say()
    assert {asked.text, repair.text, said.text} == {TEXT}
    for body in server.bodies[1:]:
        roles = [message["role"] for message in body["messages"]]
        assert roles == ["user", "assistant", "user"][: len(roles)]
    assert server.bodies[1]["messages"][0]["content"].startswith("You are one of six specialists")
    assert len(server.bodies) == 4


@pytest.mark.parametrize(
    ("objection", "changes", "holds"),
    [
        (NO_MAX_TOKENS, {}, lambda body: body["max_completion_tokens"] == 2048),
        (NO_TEMPERATURE, {"temperature": 0.5}, lambda body: "temperature" not in body),
        (SHORT_ANSWERS, {}, lambda body: body["max_tokens"] == 1024),
        (NO_STREAM_OPTIONS, {}, lambda body: body["stream"]),
        (NO_STREAM, {}, lambda body: "stream" not in body),
    ],
)
def test_a_parameter_that_is_refused_is_left_out(
    objection: Objection, changes: dict[str, Any], holds: Callable[[Body], object]
) -> None:
    server = Particular([objection])
    with serving(server):
        completion = ask(**changes)
        assert completion.text == TEXT
        assert holds(server.bodies[-1])
        ask(**changes)
    assert len(server.bodies) == 3
    assert ("temperature_not_sent" in completion.notes) is ("temperature" in changes)


def test_everything_at_once() -> None:
    server = Particular([NO_MAX_TOKENS, NO_SYSTEM, NO_STRICT, NO_SCHEMA, NO_FORMAT, NO_STREAM_OPTIONS])
    with serving(server):
        assert ask(on_progress=lambda _tokens: None).text == TEXT
        assert say().text == TEXT
    assert form_of(server.bodies[-2]) == "text"


def test_a_refusal_of_something_else_is_not_sent_again() -> None:
    server = Particular([refuses(400, error("The prompt was flagged by our policy."), bool)])
    with serving(server), pytest.raises(ModelError) as caught:
        ask()
    assert (caught.value.failure, len(server.bodies)) == (ModelFailure.BAD_REQUEST, 1)
    assert "flagged by our policy" in str(caught.value)


# The schema that grammars enforce


def test_bounds_that_grammars_know_are_sent() -> None:
    server = Particular([])
    with serving(server):
        ask()
    sent = server.bodies[0]["response_format"]["json_schema"]["schema"]
    assert sent == enforced_schema(SurfaceGrounding)
    age = sent["$defs"]["Surface"]["properties"]["age"]
    assert (age["minimum"], age["maximum"]) == (0, 120)


# The forms an answer comes in

PARTS: dict[str, object] = {
    "text parts": [{"type": "text", "text": TEXT[:20]}, {"type": "text", "text": TEXT[20:]}],
    "thinking before the text": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "34?"}]},
        {"type": "text", "text": TEXT},
    ],
    "output_text": [{"type": "output_text", "text": TEXT}],
    "one part": {"type": "text", "text": TEXT},
    "text with a value": [{"type": "text", "text": {"value": TEXT, "annotations": []}}],
    "the object itself": ANSWER,
    "a list of texts": [TEXT],
}


def _completion(message: Body, **fields: object) -> Reply:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    body = {"id": "x", "object": "chat.completion", "created": 1, "model": MODEL, "choices": [choice], **fields}
    return Reply(json.dumps(body).encode())


@dataclass
class Replies:
    """A server that gives one reply, whatever it is asked; with `streams` False, it refuses to stream."""

    given: Reply
    streams: bool = True

    def reply(self, call: Received) -> Reply:
        if not self.streams and (refused := NO_STREAM(call.body)) is not None:
            status, body = refused
            return Reply(json.dumps(body).encode(), status)
        return self.given


MESSAGES: dict[str, Body] = {
    **{name: {"content": content} for name, content in PARTS.items()},
    "a tool call": {
        "content": None,
        "tool_calls": [{"id": "1", "type": "function", "function": {"name": "answer", "arguments": TEXT}}],
    },
    "a tool call with an object": {"content": "", "tool_calls": [{"function": {"name": "a", "arguments": ANSWER}}]},
    "a function call": {"content": None, "function_call": {"name": "answer", "arguments": TEXT}},
    "reasoning_content alone": {"content": "", "reasoning_content": TEXT},
    "reasoning alone": {"content": None, "reasoning": TEXT},
    "no refusal": {"content": TEXT, "refusal": None},
}


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_an_answer_is_found_in_every_form(message: Body, streams: bool) -> None:
    with serving(Replies(_completion(message), streams)):
        completion = ask()
    assert json.loads(completion.text) == ANSWER


@pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES.keys())
def test_what_is_said_in_a_chat_is_text(message: Body) -> None:
    with serving(Replies(_completion(message))):
        said = say().text
    assert isinstance(said, str)
    spoken = "content" in message and message["content"] and "reasoning_content" not in message
    assert bool(said) is bool(spoken)


USAGES: dict[str, tuple[object, tuple[int | None, int | None]]] = {
    "floats": ({"prompt_tokens": 900.0, "completion_tokens": 80.0, "total_tokens": 980.0}, (900, 80)),
    "text": ({"prompt_tokens": "900", "completion_tokens": "80"}, (900, 80)),
    "no completion tokens": ({"prompt_tokens": 900}, (900, None)),
    "no prompt tokens": ({"completion_tokens": 80}, (None, 80)),
    "null parts": ({"prompt_tokens": None, "completion_tokens": None, "prompt_tokens_details": None}, (None, None)),
    "details of nothing": ({"prompt_tokens": 900, "completion_tokens": 80, "prompt_tokens_details": {}}, (900, 80)),
    "more cached than there are": (
        {"prompt_tokens": 900, "completion_tokens": 80, "prompt_tokens_details": {"cached_tokens": 900.0}},
        (0, 80),
    ),
    "negative": ({"prompt_tokens": -1, "completion_tokens": 80}, (None, 80)),
    "none": (None, (None, None)),
    "a list": ([], (None, None)),
    "responses' names": ({"input_tokens": 900, "output_tokens": 80}, (900, 80)),
}


@pytest.mark.parametrize(("usage", "counts"), USAGES.values(), ids=USAGES.keys())
def test_usage_never_costs_an_answer(usage: object, counts: tuple[int | None, int | None]) -> None:
    with serving(Replies(_completion({"content": TEXT}, usage=usage))):
        used = ask().usage
    assert used.estimated is (None in counts)
    for count, expected in zip((used.input_tokens, used.output_tokens), counts, strict=True):
        assert count == expected if expected is not None else count > 0


# What a server says of itself

LLAMA_CPP = {
    "/v1/models": {"data": [{"id": MODEL, "owned_by": "llamacpp", "meta": {"n_ctx_train": 131_072}}]},
    "/props": {"default_generation_settings": {"n_ctx": 1024}, "total_slots": 2},
}
VLLM = {"/v1/models": {"data": [{"id": MODEL, "owned_by": "vllm", "max_model_len": 1024}]}}
OLLAMA = {
    "/v1/models": {"data": [{"id": MODEL, "owned_by": "library"}]},
    "/api/ps": {"models": []},
    "/api/show": {"parameters": "stop x\nnum_ctx 1024", "model_info": {"llama.context_length": 131_072}},
}
OLLAMA_RUNNING = {**OLLAMA, "/api/ps": {"models": [{"name": MODEL, "context_length": 1024}]}, "/api/show": {}}
LM_STUDIO = {
    "/v1/models": {"data": [{"id": MODEL, "owned_by": "organization_owner"}]},
    "/api/v0/models": {"data": [{"id": MODEL, "loaded_context_length": 1024, "max_context_length": 131_072}]},
}


@pytest.mark.parametrize(
    ("facts", "advice"),
    [
        (LLAMA_CPP, "-c 8192"),
        (VLLM, "--max-model-len 8192"),
        (OLLAMA, "OLLAMA_CONTEXT_LENGTH=8192"),
        (OLLAMA_RUNNING, "OLLAMA_CONTEXT_LENGTH=8192"),
        (LM_STUDIO, "context of 8192"),
    ],
)
def test_a_prompt_that_does_not_fit_is_not_sent(facts: Mapping[str, Any], advice: str) -> None:
    server = Particular([])
    with serving(server, facts), pytest.raises(ModelError) as caught:
        ask()
    assert server.bodies == []
    assert caught.value.failure is ModelFailure.BAD_REQUEST
    assert caught.value.spent.usage.input_tokens == 0
    assert "1,024" in caught.value.reason
    assert advice in caught.value.advice


def test_a_server_is_asked_about_itself_once_and_its_slots_are_known() -> None:
    roomy = {**LLAMA_CPP, "/props": {"default_generation_settings": {"n_ctx": 8192}, "total_slots": 2}}
    with serving(Particular([]), roomy) as server:
        ask()
        say()
        model = adapter(NAME)
        assert isinstance(model, ProviderModel)
        assert model.wire.slots() == 2
        assert sorted(server.asked_about) == ["/props", "/v1/models"]


def test_an_endless_page_about_a_server_is_not_read_to_its_end() -> None:
    endless = {"/v1/models": {**VLLM["/v1/models"], "padding": "x" * 2_000_000}}
    with serving(Particular([]), endless):
        assert ask().text == TEXT


def test_the_answers_room_shrinks_with_the_context() -> None:
    server = Particular([])
    facts = {"/v1/models": {"data": [{"id": MODEL, "owned_by": "vllm", "max_model_len": 3072}]}}
    with serving(server, facts):
        ask()
    assert 256 <= server.bodies[0]["max_tokens"] < 2048


def test_a_short_chat_does_not_make_long_prompts_look_too_long() -> None:
    """Its prompt is counted with the tokens of the chat template, which are more than its own."""
    counted = {"prompt_tokens": 40, "completion_tokens": 8}
    facts = {"/v1/models": {"data": [{"id": MODEL, "owned_by": "vllm", "max_model_len": 8192}]}}
    with serving(Replies(_completion({"content": TEXT}, usage=counted)), facts):
        say()
        assert ask().text == TEXT


OVERFLOWS = {
    "llama.cpp": (
        400,
        {"error": {"code": 400, "message": "the request exceeds the available context size", "n_ctx": 1024}},
    ),
    "vllm": (400, error("This model's maximum context length is 1024 tokens. However, you requested 4100 tokens.")),
    "lm studio": (400, {"error": "The model is loaded with context length of only 1024 tokens, which is not enough."}),
    "no number": (400, error("Input is too long for requested model.")),
}


@pytest.mark.parametrize(("status", "body"), OVERFLOWS.values(), ids=OVERFLOWS.keys())
def test_the_size_of_the_context_is_learnt_from_the_servers_error(status: int, body: object) -> None:
    server = Particular([refuses(status, body, bool)])
    with serving(server):
        with pytest.raises(ModelError) as caught:
            ask()
        assert caught.value.failure is ModelFailure.BAD_REQUEST
        assert "context" in caught.value.reason
        assert "context of 8192 tokens" in caught.value.advice
        known = "1024" in json.dumps(body)
        with pytest.raises(ModelError):
            ask()
    assert len(server.bodies) == (1 if known else 2)


def test_a_server_that_counts_the_answer_gets_a_shorter_one() -> None:
    words = "This model's maximum context length is 3000 tokens. However, you requested 3900 tokens (1900 + 2048)."
    server = Particular([refuses(400, error(words), lambda body: body["max_tokens"] > 1400)])
    with serving(server):
        assert ask().text == TEXT
    assert len(server.bodies) == 2


# Reasons

REASONS = {
    "no such model, Ollama": (
        404,
        {"error": {"message": f"model '{MODEL}' not found, try pulling it first", "type": "api_error"}},
        "bad_request",
        f"ollama pull {MODEL}",
    ),
    "no such model, vLLM": (
        404,
        error(f"The model `{MODEL}` does not exist."),
        "bad_request",
        "FOURFOLD_COMPATIBLE_MODEL",
    ),
    "loading": (503, {"error": {"code": 503, "message": "Loading model"}}, "overloaded", "loading its model"),
    "no such path": (404, {"error": {"message": "File Not Found", "code": 404}}, "bad_request", "/v1"),
    "a key is asked for": (401, {"error": "Invalid API Key"}, "authentication", "FOURFOLD_COMPATIBLE_API_KEY"),
}


@pytest.mark.parametrize(("status", "body", "failure", "advice"), REASONS.values(), ids=REASONS.keys())
def test_the_servers_own_words_come_with_the_address_and_what_to_do(
    status: int, body: object, failure: str, advice: str
) -> None:
    with serving(Particular([refuses(status, body, bool)])) as server, pytest.raises(ModelError) as caught:
        ask()
    told = caught.value
    assert told.failure.value == failure
    assert f"at {server.url}/v1 answered {status}: " in told.reason
    assert json.dumps(body).split('": "')[1].split('"')[0].rstrip(".") in told.reason
    assert advice in told.advice


def test_a_web_page_is_no_answer_and_says_so() -> None:
    with serving(non_json_200("text/html")), pytest.raises(ModelError) as caught:
        ask()
    assert caught.value.failure is ModelFailure.SERVER_ERROR
    assert "a web page" in caught.value.reason
    assert "address" in caught.value.advice


@pytest.mark.parametrize("case", ["timeout", "hang_mid_body", "drip"])
def test_a_server_that_hangs_or_drips_ends_with_the_clock(case: str) -> None:
    began = time.monotonic()
    with serving(CASES[case]()), pytest.raises(ModelError) as caught:
        ask(timeout_s=0.5)
    assert time.monotonic() - began < 20  # the drip takes a minute and a half, the others have no end
    assert caught.value.failure is ModelFailure.TIMEOUT
    assert caught.value.spent.usage.input_tokens > 0


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (httpx.ReadTimeout("The read operation timed out"), ModelFailure.TIMEOUT),
        (httpx.RemoteProtocolError("peer closed connection"), ModelFailure.UNREACHABLE),
        (httpx.ReadError("connection reset"), ModelFailure.UNREACHABLE),
    ],
)
def test_a_connection_that_breaks_while_an_answer_is_read_is_that(
    monkeypatch: pytest.MonkeyPatch, error: Exception, failure: ModelFailure
) -> None:
    def broken(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr("fourfold.models.compatible.read_stream", broken)
    with serving(Says("{}")), pytest.raises(ModelError) as caught:
        ask()
    assert caught.value.failure is failure
    assert caught.value.spent.usage.input_tokens > 0


def test_words_quote_neither_the_brief_nor_a_key() -> None:
    words = f"Cannot tokenize: {BRIEF}; Authorization: Bearer sk-live-0123456789"
    with serving(Particular([refuses(400, error(words), bool)])), pytest.raises(ModelError) as caught:
        ask()
    assert "Cannot tokenize" in str(caught.value)
    assert BRIEF not in str(caught.value)
    assert "sk-live" not in str(caught.value)


# Streams


def test_progress_counts_what_has_been_written() -> None:
    counts: list[int] = []
    with serving(Speaks(tuple(TEXT[place : place + 10] for place in range(0, len(TEXT), 10)))):
        assert ask(on_progress=counts.append).text == TEXT
    assert counts == sorted(counts)
    assert counts[-1] >= len(TEXT) // 10


def test_an_error_in_the_middle_of_a_stream_is_told() -> None:
    body = b'data: {"choices": [{"delta": {"content": "{"}}]}\n\ndata: {"error": {"message": "out of memory"}}\n\n'
    reply = Reply(body, headers={"content-type": "text/event-stream"})
    with serving(Replies(reply)), pytest.raises(ModelError) as caught:
        ask(on_progress=lambda _tokens: None)
    assert "out of memory" in caught.value.reason
    assert caught.value.spent.usage.input_tokens > 0


def test_a_stream_that_is_closed_without_a_reason_is_whole() -> None:
    body = f'data: {{"choices": [{{"delta": {{"content": {json.dumps(TEXT)}}}}}]}}\n\ndata: [DONE]\n\n'.encode()
    with serving(Replies(Reply(body, headers={"content-type": "text/event-stream"}))):
        assert ask(on_progress=lambda _tokens: None).text == TEXT


def test_usage_of_a_stream_is_taken() -> None:
    with serving(Speaks((TEXT,), metered=Metered(900, 0, 0, 80, 0))):
        used = ask(on_progress=lambda _tokens: None).usage
    assert (used.input_tokens, used.output_tokens, used.estimated) == (900, 80, False)
