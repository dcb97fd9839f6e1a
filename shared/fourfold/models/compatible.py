"""Any server that speaks OpenAI's chat completions: Ollama, vLLM, llama.cpp and the like, at a base URL."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any

import openai
from openai.types.chat import ChatCompletion

from fourfold.language_model import ModelError, ModelFailure, ModelRequest
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
        url = os.environ.get(COMPATIBLE_URL)
        if not url:
            raise ModelError(ModelFailure.AUTHENTICATION, f"no server for compatible: set {COMPATIBLE_URL}")
        key = clean_key(os.environ.get(COMPATIBLE_KEY, ""), COMPATIBLE_KEY) or "none"
        return openai.OpenAI(api_key=key, base_url=url, max_retries=0)

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
        if not isinstance(reply, ChatCompletion) or not reply.choices:
            raise UnreadableReplyError
        choice = reply.choices[0]
        failure = ModelFailure.REFUSED if choice.message.refusal else _FINISHES.get(choice.finish_reason)
        return WireAnswer(choice.message.content or "", _usage(reply), failure)

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return openai_fault(error)


def compatible_model(model: str) -> ProviderModel:
    """The model `compatible:<model>`."""
    return ProviderModel(CompatibleWire(model))


def _usage(reply: ChatCompletion) -> TokenUsage | None:
    used = reply.usage
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
