"""OpenAI's Responses API through its official SDK: strict structured output, prompt cache key, usage, failures."""

from __future__ import annotations

from typing import Any

import openai
from openai.types.responses import Response, ResponseOutputMessage, ResponseOutputRefusal

from fourfold.llm.port import ChatRequest, ModelFailure, ModelRequest, OnText
from fourfold.models.openai_faults import openai_fault
from fourfold.models.prompt import Turn, cache_key, chat_cache_key, system_text, turns
from fourfold.models.provider import Fault, KeyedClient, ProviderModel, UnreadableReplyError, WireAnswer
from fourfold.models.schema import portable_schema
from fourfold.models.usage import ReportedUsage, counted, uncached

_INCOMPLETE = {"max_output_tokens": ModelFailure.TRUNCATED, "content_filter": ModelFailure.REFUSED}


class OpenAIWire:
    """`openai:<model>`. `OPENAI_BASE_URL` moves it, as the SDK documents."""

    provider = "openai"

    def __init__(self, model: str) -> None:
        self.model = model
        self._client = KeyedClient(self.provider, lambda key: openai.OpenAI(api_key=key, max_retries=0))

    @property
    def address(self) -> str:
        """The base URL requests go to."""
        return "" if self._client.made is None else str(self._client.made.base_url)

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One Responses call, not stored at the provider."""
        reply: Any = self._client.get().responses.create(
            model=self.model,
            instructions=system_text(request),
            input=[_item(turn) for turn in turns(request)],
            max_output_tokens=request.max_tokens,
            text={
                "format": {
                    "type": "json_schema",
                    "name": request.output_type.__name__,
                    "schema": portable_schema(request.output_type),
                    "strict": True,
                }
            },
            prompt_cache_key=cache_key(request),
            temperature=openai.omit if request.temperature is None else request.temperature,
            reasoning=openai.omit if request.effort is None else {"effort": request.effort},
            store=False,
            timeout=request.timeout_s,
        )
        return _answer(reply)

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """One Responses call in plain text, not stored at the provider."""
        asked: dict[str, Any] = {
            "model": self.model,
            "instructions": request.system,
            "input": [{"role": message.role, "content": message.text} for message in request.messages],
            "max_output_tokens": request.max_tokens,
            "prompt_cache_key": chat_cache_key(request),
            "temperature": openai.omit if request.temperature is None else request.temperature,
            "reasoning": openai.omit if request.effort is None else {"effort": request.effort},
            "store": False,
            "timeout": request.timeout_s,
        }
        responses = self._client.get().responses
        if on_text is None:
            return _answer(responses.create(**asked))
        last: Response | None = None
        with responses.create(**asked, stream=True) as events:
            for event in events:
                match event.type:
                    case "response.output_text.delta":
                        on_text(event.delta)
                    case "response.completed" | "response.incomplete" | "response.failed":
                        last = event.response
        return _answer(last)

    def slots(self) -> None:
        """A hosted provider has rate limits, not slots."""

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        return openai_fault(error)


def openai_model(model: str) -> ProviderModel:
    """The model `openai:<model>`."""
    return ProviderModel(OpenAIWire(model))


def _answer(reply: object) -> WireAnswer:
    if not isinstance(reply, Response):
        raise UnreadableReplyError
    text: object = reply.output_text
    if not isinstance(text, str):
        raise UnreadableReplyError
    return WireAnswer(text, _usage(reply), _failure(reply))


def _item(turn: Turn) -> Any:  # noqa: ANN401 - one of the SDK's typed dictionaries
    kind = "output_text" if turn.role == "assistant" else "input_text"
    return {"role": turn.role, "content": [{"type": kind, "text": part} for part in turn.parts]}


def _failure(reply: Response) -> ModelFailure | None:
    refused = any(
        isinstance(part, ResponseOutputRefusal)
        for item in reply.output
        if isinstance(item, ResponseOutputMessage)
        for part in item.content
    )
    if refused:
        return ModelFailure.REFUSED
    if reply.status == "incomplete":
        reason = reply.incomplete_details.reason if reply.incomplete_details else None
        return _INCOMPLETE.get(reason or "", ModelFailure.TRUNCATED)
    return ModelFailure.SERVER_ERROR if reply.status == "failed" else None


def _usage(reply: Response) -> ReportedUsage:
    used: Any = reply.usage
    prompt = counted(getattr(used, "input_tokens", None))
    details = getattr(used, "input_tokens_details", None)
    cached = counted(getattr(details, "cached_tokens", None)) or 0
    written = counted(getattr(details, "cache_write_tokens", None)) or 0
    reasoning = counted(getattr(getattr(used, "output_tokens_details", None), "reasoning_tokens", None))
    return ReportedUsage(
        input_tokens=uncached(prompt, cached, written),
        cache_read_tokens=cached,
        cache_write_tokens=written,
        output_tokens=counted(getattr(used, "output_tokens", None)),
        reasoning_tokens=reasoning or 0,
    )
