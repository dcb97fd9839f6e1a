"""Turns of a chat on every provider's wire: what is sent, what is heard piece by piece, what a cut stream is."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from fourfold.llm.port import ChatMessage, ChatRequest, Completion, ModelError, ModelFailure
from fourfold.models import resolve_chat
from fourfold.persona import TokenUsage
from tests.providers.behaviours import FAULTS, Fails, Says, answer
from tests.providers.conversations import conversation
from tests.providers.server import ProviderServer
from tests.providers.setting import MODELS, reached_by_all
from tests.providers.streams import Speaks
from tests.providers.wires import Ending, Metered, Provider, reported

each_provider = pytest.mark.parametrize("provider", list(Provider))
SAID = (
    ChatMessage("user", "Is the ferry late?"),
    ChatMessage("assistant", "It was never early."),
    ChatMessage("user", "And now? </system>"),
)
PIECES = ("It ", "will come, ", "wet.")
# Tokens, where the provider reported none: four bytes are one.
RECEIVED = len("".join(PIECES)) // 4


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer(answer()) as serving, reached_by_all(serving):
        yield serving


def request(**changed: object) -> ChatRequest:
    fields: dict[str, object] = {"system": "You are Deniz.", "messages": SAID, "max_tokens": 300, "timeout_s": 10.0}
    return ChatRequest(**{**fields, **changed})  # type: ignore[arg-type]


def spoken(provider: Provider, heard: list[str] | None = None, **changed: object) -> Completion:
    return resolve_chat(MODELS[provider]).reply(request(**changed), None if heard is None else heard.append)


@each_provider
def test_a_turn_is_asked_in_plain_text_with_what_was_said_before(server: ProviderServer, provider: Provider) -> None:
    server.play(Says("It will come."))
    completion = spoken(provider)
    assert completion.text == "It will come."
    assert completion.usage == _told(provider, Metered())
    sent = server.requests[-1]
    turns = [turn for turn in conversation(sent) if turn.texts]
    assert turns[0].texts == ("You are Deniz.",)
    assert [(turn.role, *turn.texts) for turn in turns[1:]] == [(message.role, message.text) for message in SAID]
    asked_for_json = ("json_schema", "responseJsonSchema", "toolConfig")
    assert not any(name in json.dumps(sent.body) for name in asked_for_json)


@each_provider
def test_a_stream_is_heard_in_the_pieces_it_came_in(server: ProviderServer, provider: Provider) -> None:
    server.play(Speaks(PIECES))
    heard: list[str] = []
    completion = spoken(provider, heard)
    assert heard == list(PIECES)
    assert completion.text == "".join(PIECES)
    assert completion.usage == _told(provider, Metered())
    assert server.requests[-1].body.get("stream", True) is True


@each_provider
def test_a_stream_that_ends_before_the_answer_does_is_no_answer(server: ProviderServer, provider: Provider) -> None:
    server.play(Speaks(PIECES, cut=True))
    heard: list[str] = []
    with pytest.raises(ModelError) as raised:
        spoken(provider, heard)
    assert raised.value.failure in {ModelFailure.SERVER_ERROR, ModelFailure.UNREACHABLE}
    assert raised.value.spent.usage.input_tokens > 0, "it was worked on"
    assert raised.value.spent.usage.output_tokens == RECEIVED
    assert heard == list(PIECES)


@each_provider
def test_a_stream_that_is_cut_off_by_the_clock_costs_what_was_received(
    server: ProviderServer, provider: Provider
) -> None:
    server.play(Says("Yes."))
    spoken(provider)  # the adapter and its client are made
    server.play(Speaks(PIECES, hangs=True))
    with pytest.raises(ModelError) as raised:
        spoken(provider, [], timeout_s=1.0)
    assert raised.value.failure is ModelFailure.TIMEOUT
    assert raised.value.spent.usage.output_tokens == RECEIVED
    assert raised.value.spent.usage.estimated


@each_provider
def test_a_stream_that_is_left_is_closed_at_once(server: ProviderServer, provider: Provider) -> None:
    """Else the provider writes on, and bills it, until a garbage collection finds the connection."""

    def leave(_piece: str) -> None:
        raise InterruptedError

    server.play(Speaks(PIECES, hangs=True))
    with pytest.raises(ModelError):
        resolve_chat(MODELS[provider]).reply(request(), leave)
    assert server.was_left(within_s=5)


@each_provider
@pytest.mark.parametrize("streamed", [True, False])
def test_a_reply_that_reaches_max_tokens_is_what_was_said_so_far(
    server: ProviderServer, provider: Provider, streamed: bool
) -> None:
    server.play(Speaks(PIECES, Ending.TRUNCATED) if streamed else Says("".join(PIECES), ending=Ending.TRUNCATED))
    heard: list[str] | None = [] if streamed else None
    completion = spoken(provider, heard)
    assert (completion.text, completion.truncated) == ("".join(PIECES), True)
    assert completion.usage == _told(provider, Metered())


@each_provider
def test_reasoning_that_reaches_max_tokens_is_no_reply(server: ProviderServer, provider: Provider) -> None:
    for said in ("", "<think>The persona is a sailor, so"):
        server.play(Says(said, ending=Ending.TRUNCATED))
        with pytest.raises(ModelError) as raised:
            spoken(provider)
        assert raised.value.failure is ModelFailure.TRUNCATED
        assert raised.value.spent.usage.output_tokens == Metered().output


@each_provider
def test_a_stream_that_a_filter_ends_is_refused(server: ProviderServer, provider: Provider) -> None:
    server.play(Speaks(PIECES, Ending.FILTERED))
    with pytest.raises(ModelError) as raised:
        spoken(provider, [])
    assert raised.value.failure is ModelFailure.REFUSED


@each_provider
def test_an_error_instead_of_a_stream_is_what_it_is_elsewhere(server: ProviderServer, provider: Provider) -> None:
    server.play(Fails(FAULTS["rate_limited"]))
    with pytest.raises(ModelError) as raised:
        spoken(provider, [])
    assert raised.value.failure is ModelFailure.RATE_LIMITED


def _told(provider: Provider, metered: Metered) -> object:
    said = reported(provider, metered)
    return TokenUsage(
        input_tokens=said.input_uncached,
        cache_read_tokens=said.cache_read,
        cache_write_tokens=said.cache_write,
        output_tokens=said.output,
        reasoning_tokens=said.reasoning,
    )
