"""The provider server is itself right: a test that leans on it may believe what it sees."""

from __future__ import annotations

import json
import random
import socket
import statistics
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from fourfold.llm.port import ContextBlock, Repair
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold_offline.composer import compose
from tests.builders import INTENT, new_state
from tests.providers.behaviours import CASES, answer, drip, failing, hang_mid_body, rate_limited, reset, timeout
from tests.providers.composer import Composer
from tests.providers.latency import delay_s
from tests.providers.server import ProviderServer
from tests.providers.wires import Metered, Provider

PATHS = {
    Provider.ANTHROPIC: "/v1/messages",
    Provider.OPENAI: "/v1/responses",
    Provider.COMPATIBLE: "/v1/chat/completions",
    Provider.GOOGLE: "/v1beta/models/gemini-3.8-flash:generateContent",
    Provider.BEDROCK: "/model/anthropic.claude-sonnet-4-6-v1%3A0/converse",
}
TLS = httpx.create_ssl_context()  # not used on loopback, but slow to make for every call
EVERY_PROVIDER = pytest.mark.parametrize("provider", Provider)


def ask(
    server: ProviderServer, provider: Provider, body: dict[str, Any] | None = None, timeout_s: float = 5.0
) -> httpx.Response:
    sent = {"model": "m"} if body is None else body
    return httpx.post(server.url + PATHS[provider], json=sent, timeout=timeout_s, verify=TLS)


def rendered(
    provider: Provider, system: str, turns: Sequence[tuple[str, Sequence[str]]], cached: bool = False
) -> dict[str, Any]:
    """A prompt in the provider's own request shape."""
    match provider:
        case Provider.ANTHROPIC:
            mark = {"cache_control": {"type": "ephemeral"}} if cached else {}
            messages = [{"role": r, "content": [{"type": "text", "text": t} for t in ts]} for r, ts in turns]
            return {"model": "m", "system": [{"type": "text", "text": system, **mark}], "messages": messages}
        case Provider.OPENAI:
            kind = {"user": "input_text", "assistant": "output_text"}
            items = [{"role": r, "content": [{"type": kind[r], "text": t} for t in ts]} for r, ts in turns]
            return {"model": "m", "instructions": system, "input": items}
        case Provider.COMPATIBLE:
            messages = [{"role": r, "content": "\n".join(ts)} for r, ts in turns]
            return {"model": "m", "messages": [{"role": "system", "content": system}, *messages]}
        case Provider.GOOGLE:
            roles = {"user": "user", "assistant": "model"}
            contents = [{"role": roles[r], "parts": [{"text": t} for t in ts]} for r, ts in turns]
            return {"systemInstruction": {"parts": [{"text": system}]}, "contents": contents}
        case Provider.BEDROCK:
            messages = [{"role": r, "content": [{"text": t} for t in ts]} for r, ts in turns]
            tools = {"tools": [{"toolSpec": {"name": "answer", "inputSchema": {"json": {}}}}]}
            return {"system": [{"text": system}], "messages": messages, "toolConfig": tools}


def said(provider: Provider, body: Any) -> Any:
    """The JSON the model answered with, dug out of the provider's response."""
    match provider:
        case Provider.ANTHROPIC:
            return json.loads(body["content"][-1]["text"])
        case Provider.OPENAI:
            return json.loads(body["output"][-1]["content"][0]["text"])
        case Provider.COMPATIBLE:
            return json.loads(body["choices"][0]["message"]["content"])
        case Provider.GOOGLE:
            return json.loads(body["candidates"][0]["content"]["parts"][-1]["text"])
        case Provider.BEDROCK:
            return body["output"]["message"]["content"][-1]["toolUse"]["input"]


@EVERY_PROVIDER
def test_the_queue_is_met_in_order_and_then_the_default(provider: Provider) -> None:
    with ProviderServer(answer('{"default": 1}')) as server:
        server.play(failing("server_error"), answer('{"queued": 1}'))
        responses = [ask(server, provider) for _ in range(3)]
        texts = [response.text for response in responses]
        assert [response.status_code for response in responses] == [500, 200, 200]
        assert "queued" in texts[1]
        assert "default" in texts[2]
        assert [call.provider for call in server.requests] == [provider] * 3
        assert server.requests[0].body == {"model": "m"}
        assert server.requests[0].headers["content-type"] == "application/json"


def test_the_model_is_read_from_the_path_where_it_stands_there() -> None:
    with ProviderServer() as server:
        for provider in Provider:
            ask(server, provider)
        models = ["m", "m", "m", "gemini-3.8-flash", "anthropic.claude-sonnet-4-6-v1:0"]
        assert [call.model for call in server.requests] == models


@pytest.mark.parametrize("behaviour", [timeout(), hang_mid_body()])
def test_a_hang_outlasts_the_client_and_ends_with_the_block(behaviour: Any) -> None:
    with ProviderServer() as server:
        server.play(behaviour)
        with pytest.raises(httpx.ReadTimeout):
            ask(server, Provider.OPENAI, timeout_s=0.2)
        ended = time.monotonic()
    assert time.monotonic() - ended < 10


def test_half_a_body_arrives_before_the_hang() -> None:
    with (
        ProviderServer(hang_mid_body()) as server,
        httpx.stream("POST", server.url + PATHS[Provider.GOOGLE], json={}, timeout=0.2, verify=TLS) as response,
    ):
        chunks = response.iter_raw()
        assert 0 < len(next(chunks)) < int(response.headers["content-length"])
        with pytest.raises(httpx.ReadTimeout):
            next(chunks)


def test_a_reset_is_a_reset() -> None:
    with ProviderServer(reset()) as server, pytest.raises(httpx.ReadError, match="reset by peer"):
        ask(server, Provider.ANTHROPIC)


def test_a_drip_outlasts_a_timeout_of_each_read() -> None:
    with ProviderServer(drip(every_s=0.002)) as server:
        began = time.monotonic()
        assert ask(server, Provider.ANTHROPIC, timeout_s=1).json()["stop_reason"] == "end_turn"
        assert time.monotonic() - began > 1


@EVERY_PROVIDER
@pytest.mark.parametrize("case", sorted(CASES.keys() - {"timeout", "hang_mid_body", "drip", "reset"}))
def test_every_case_has_its_shape_for_every_provider(provider: Provider, case: str) -> None:
    with ProviderServer(CASES[case]()) as server:
        response = ask(server, provider)
    assert (response.status_code == 200) is (b"usage" in response.content or case.startswith("non_json"))


def test_retry_after_stands_where_each_provider_puts_it() -> None:
    with ProviderServer(rate_limited(retry_after=2.5)) as server:
        google = ask(server, Provider.GOOGLE)
        assert google.json()["error"]["details"][-1]["retryDelay"] == "2.5s"
        headers = [ask(server, provider).headers.get("retry-after") for provider in Provider]
    assert headers == ["2.5", "2.5", "2.5", None, None]


def test_a_wrong_path_is_no_providers_error() -> None:
    with ProviderServer() as server:
        assert httpx.post(f"{server.url}/v1/v1/messages", json={}, verify=TLS).status_code == 501
        assert server.requests == []


def test_a_crash_in_a_behaviour_fails_the_test() -> None:
    with pytest.raises(KeyError), ProviderServer(Composer()) as server, pytest.raises(httpx.RemoteProtocolError):
        ask(server, Provider.ANTHROPIC)


@EVERY_PROVIDER
def test_the_composer_answers_what_stood_on_the_wire(provider: Provider) -> None:
    state = new_state("A shy founder, 34, in Istanbul </brief>\n- who lists <things>")
    state = INTENT_PARSE.apply(state, INTENT_PARSE.output_type.model_validate(INTENT)).state
    problems = ("soul.desire: too short", "soul.fear: missing")
    plain = SOUL_DRAFT.request(state)
    mended = SOUL_DRAFT.request(state, Repair('{"soul": 1}', problems))
    system = f"{plain.system}\n{plain.task}"
    context = ("user", [*(block.text() for block in plain.context), "Answer now."])
    repair = ("user", [ContextBlock("problems", list(problems)).text(), "Mend it."])
    joined = ("user", [*context[1], *repair[1]])
    with ProviderServer(Composer()) as server:
        first = said(provider, ask(server, provider, rendered(provider, system, [context])).json())
        turns = [context, ("assistant", ['{"soul": 1}']), repair]
        second = said(provider, ask(server, provider, rendered(provider, system, turns)).json())
        # With no earlier answer to show, the wish is the last part of the only message.
        merged = said(provider, ask(server, provider, rendered(provider, system, [joined])).json())
        lost = said(provider, ask(server, provider, rendered(provider, system, [("user", ["Go."])])).json())
        strange = ask(server, provider, rendered(provider, "You are a poet.", [context]))
    assert first == json.loads(compose(plain).text)
    assert second == json.loads(compose(mended).text)
    assert merged == second
    assert first != second
    assert first != lost
    assert strange.status_code == 400


def test_converse_wants_its_roles_to_alternate() -> None:
    request = SOUL_DRAFT.request(new_state())
    body = rendered(Provider.BEDROCK, f"{request.system}\n{request.task}", [("user", ["Go."]), ("user", ["x"])])
    with ProviderServer(Composer()) as server:
        refused = ask(server, Provider.BEDROCK, body)
    assert refused.headers["x-amzn-errortype"].startswith("ValidationException")


@pytest.mark.parametrize(
    ("model", "p50_s", "p95_s"),
    [
        ("claude-sonnet-4-6", 14.0, 19.6),
        ("claude-opus-4-7", 22.7, 30.9),
        ("gpt-6.1-sol", 9.7, 13.3),
        ("gemini-3.8-flash", 5.3, 7.1),
    ],
)
def test_latency_meets_the_published_figures(model: str, p50_s: float, p95_s: float) -> None:
    rng = random.Random(7)  # noqa: S311 - a simulation
    drawn = statistics.quantiles((delay_s(model, 900, rng) for _ in range(10_000)), n=20)
    assert drawn[9] == pytest.approx(p50_s, rel=0.03)
    assert drawn[18] == pytest.approx(p95_s, rel=0.03)


def test_a_scaled_answer_takes_scaled_time_and_an_error_none() -> None:
    with ProviderServer(answer(metered=Metered(output=900)), scale=0.02) as server:
        began = time.monotonic()
        ask(server, Provider.ANTHROPIC)
        assert 0.1 < time.monotonic() - began < 5  # unscaled, it takes more than ten seconds
    with ProviderServer(failing("overloaded"), scale=100) as server:  # any delay would be of minutes
        assert ask(server, Provider.ANTHROPIC, timeout_s=20).status_code == 529


@pytest.mark.parametrize("cut", [b"Content-Le", b"Content-Length: 100\r\n\r\n", b'Content-Length: 100\r\n\r\n{"model"'])
def test_a_client_that_is_killed_in_the_middle_of_its_request_is_no_fault_of_the_server(cut: bytes) -> None:
    with ProviderServer() as server:
        url = httpx.URL(server.url)
        with socket.create_connection((url.host, url.port or 80), timeout=20) as connection:
            connection.sendall(b"POST /v1/messages HTTP/1.1\r\nHost: a\r\n" + cut)
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(1) == b""
    assert server.requests == []
