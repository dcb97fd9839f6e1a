"""Any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp and the like, at a base URL."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any

import openai
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from fourfold.llm.port import ChatRequest, ModelError, ModelFailure, ModelRequest, OnText
from fourfold.models.credentials import COMPATIBLE_KEY, COMPATIBLE_URL, clean_key
from fourfold.models.openai_faults import openai_fault
from fourfold.models.prompt import system_text, turns
from fourfold.models.provider import Fault, ProviderModel, UnreadableReplyError, WireAnswer
from fourfold.models.schema import portable_schema
from fourfold.persona import TokenUsage

_FINISHES = {"length": ModelFailure.TRUNCATED, "content_filter": ModelFailure.REFUSED}


class CompatibleWire:
    """`compatible:<model>` at `FOURFOLD_COMPATIBLE_BASE_URL` (such as http://127.0.0.1:11434/v1).

    Local servers ask for no key; `FOURFOLD_COMPATIBLE_API_KEY` is for those that do.
    """

    provider = "compatible"

    def __init__(self, model: str) -> None:
        self.model = model

    @cached_property
    def _client(self) -> openai.OpenAI:
        return compatible_client()

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One chat completion. Their caches go by the prompt's beginning, so the stable part comes first."""
        # One text for a turn: several of these servers refuse messages in parts.
        messages: list[Any] = [{"role": "system", "content": system_text(request)}]
        messages += [{"role": turn.role, "content": "\n".join(turn.parts)} for turn in turns(request)]
        reply: Any = self._client.chat.completions.create(
            model=self.model,
            messages=messages,
            max_tokens=request.max_tokens,
            response_format={
                "type": "json_schema",
                "json_schema": {
                    "name": request.output_type.__name__,
                    "schema": portable_schema(request.output_type),
                    "strict": True,
                },
            },
            temperature=openai.omit if request.temperature is None else request.temperature,
            timeout=request.timeout_s,
        )
        return _answer(reply)

    def reply(self, request: ChatRequest, heard: OnText | None) -> WireAnswer:
        """One chat completion in plain text."""
        messages: list[Any] = [{"role": "system", "content": request.system}]
        messages += [{"role": message.role, "content": message.text} for message in request.messages]
        asked: dict[str, Any] = {
            "model": self.model,
            "messages": messages,
            "max_tokens": request.max_tokens,
            "temperature": openai.omit if request.temperature is None else request.temperature,
            "timeout": request.timeout_s,
        }
        completions = self._client.chat.completions
        if heard is None:
            return _answer(completions.create(**asked))
        spoken = _Spoken()
        with completions.create(**asked, stream=True, stream_options={"include_usage": True}) as chunks:
            for chunk in chunks:
                spoken.take(chunk, heard)
        return spoken.answer()

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return openai_fault(error)


def compatible_client() -> openai.OpenAI:
    """A client of the server the environment names.

    Raises:
        ModelError: AUTHENTICATION, it names none.
    """
    url = os.environ.get(COMPATIBLE_URL)
    if not url:
        raise ModelError(ModelFailure.AUTHENTICATION, f"no server for compatible: set {COMPATIBLE_URL}")
    key = clean_key(os.environ.get(COMPATIBLE_KEY, ""), COMPATIBLE_KEY) or "none"
    return openai.OpenAI(api_key=key, base_url=url, max_retries=0)


def compatible_model(model: str) -> ProviderModel:
    """The model `compatible:<model>`."""
    return ProviderModel(CompatibleWire(model))


def _answer(reply: object) -> WireAnswer:
    if not isinstance(reply, ChatCompletion) or not reply.choices:
        raise UnreadableReplyError
    choice = reply.choices[0]
    failure = ModelFailure.REFUSED if choice.message.refusal else _FINISHES.get(choice.finish_reason)
    return WireAnswer(choice.message.content or "", _usage(reply.usage), failure)


class _Spoken:
    """What the chunks of a stream add up to. A stream without a finish was cut off on the way."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._usage: TokenUsage | None = None
        self._finish: str | None = None
        self._refused = False

    def take(self, chunk: ChatCompletionChunk, heard: OnText) -> None:
        self._usage = _usage(chunk.usage) or self._usage  # servers tell it in a last chunk without choices, or never
        for choice in chunk.choices[:1]:
            self._refused = self._refused or bool(choice.delta.refusal)
            self._finish = choice.finish_reason or self._finish
            if choice.delta.content:
                self._text.append(choice.delta.content)
                heard(choice.delta.content)

    def answer(self) -> WireAnswer:
        if self._finish is None:
            raise UnreadableReplyError
        failure = ModelFailure.REFUSED if self._refused else _FINISHES.get(self._finish)
        return WireAnswer("".join(self._text), self._usage, failure)


def _usage(used: CompletionUsage | None) -> TokenUsage | None:
    if used is None:
        return None
    cached = (used.prompt_tokens_details and used.prompt_tokens_details.cached_tokens) or 0
    reasoning = (used.completion_tokens_details and used.completion_tokens_details.reasoning_tokens) or 0
    return TokenUsage(
        input_tokens=max(0, used.prompt_tokens - cached),
        cache_read_tokens=cached,
        output_tokens=used.completion_tokens,
        reasoning_tokens=reasoning,
    )
