"""Anthropic's Messages API through its official SDK: structured output, prompt cache, usage, failures."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import anthropic
from anthropic.types import AssistantMessageParam, Message, MessageParam, TextBlock, TextBlockParam, UserMessageParam

from fourfold.llm.port import ChatRequest, ModelFailure, ModelRequest, OnText
from fourfold.models.prompt import Turn, system_text, turns
from fourfold.models.provider import (
    Fault,
    KeyedClient,
    ProviderModel,
    UnreadableReplyError,
    WireAnswer,
    failure_of_status,
    retry_after,
)
from fourfold.models.schema import portable_schema
from fourfold.persona import TokenUsage

_STOPS = {
    "max_tokens": ModelFailure.TRUNCATED,
    "model_context_window_exceeded": ModelFailure.TRUNCATED,
    "refusal": ModelFailure.REFUSED,
    "pause_turn": ModelFailure.TRUNCATED,
}
# A spent balance is answered as a 400, a monthly limit as a 429: only the words tell.
_QUOTA_WORDS = ("credit balance", "spend limit", "usage limits")


class AnthropicWire:
    """`anthropic:<model>`. `ANTHROPIC_BASE_URL` moves it, as the SDK documents."""

    provider = "anthropic"

    def __init__(self, model: str) -> None:
        self.model = model
        self._client = KeyedClient(self.provider, lambda key: anthropic.Anthropic(api_key=key, max_retries=0))

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One Messages call; the schema goes along as the output format."""
        # It moves the bounds that Anthropic's decoder does not know into descriptions, in place.
        schema = anthropic.transform_schema(deepcopy(portable_schema(request.output_type)))
        reply = self._client.get().messages.create(
            model=self.model,
            max_tokens=request.max_tokens,
            # Marked once, at the end of what never changes for a step: a second marker after the material would cost
            # a quarter more on every call and pay only where a repair follows.
            system=[{"type": "text", "text": system_text(request), "cache_control": {"type": "ephemeral"}}],
            messages=[_message(turn) for turn in turns(request)],
            output_config={"format": {"type": "json_schema", "schema": schema}},
            # The SDK has no parameter for it any more; the models that take it still do.
            extra_body=None if request.temperature is None else {"temperature": request.temperature},
            timeout=request.timeout_s,
        )
        return _answer(reply)

    def reply(self, request: ChatRequest, heard: OnText | None) -> WireAnswer:
        """One Messages call in plain text; the system text is marked for the cache, as the next turn repeats it."""
        messages = self._client.get().messages
        asked: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_tokens,
            "system": [{"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": message.role, "content": message.text} for message in request.messages],
            "extra_body": None if request.temperature is None else {"temperature": request.temperature},
            "timeout": request.timeout_s,
        }
        if heard is None:
            return _answer(messages.create(**asked))
        with messages.stream(**asked) as stream:
            for piece in stream.text_stream:
                heard(piece)
            whole = stream.get_final_message()
        if whole.stop_reason is None:
            raise UnreadableReplyError  # cut off on the way; the SDK takes what came for the whole
        return _answer(whole)

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        match error:
            case anthropic.APITimeoutError():
                return Fault(ModelFailure.TIMEOUT, billed=True)
            case anthropic.APIConnectionError():
                return Fault(ModelFailure.UNREACHABLE, billed=True)
            case anthropic.APIStatusError():
                return _refusal(error)
            case anthropic.AnthropicError():  # a reply that does not validate
                return Fault(ModelFailure.SERVER_ERROR, billed=True)
            case _:
                return None


def anthropic_model(model: str) -> ProviderModel:
    """The model `anthropic:<model>`."""
    return ProviderModel(AnthropicWire(model))


def _answer(reply: object) -> WireAnswer:
    if not isinstance(reply, Message):
        raise UnreadableReplyError
    text = "".join(block.text for block in reply.content if isinstance(block, TextBlock))
    return WireAnswer(text, _usage(reply), _STOPS.get(reply.stop_reason or ""))


def _message(turn: Turn) -> MessageParam:
    content: list[TextBlockParam] = [{"type": "text", "text": part} for part in turn.parts]
    if turn.role == "assistant":
        return AssistantMessageParam(role="assistant", content=content)
    return UserMessageParam(role="user", content=content)


def _refusal(error: anthropic.APIStatusError) -> Fault:
    failure = failure_of_status(error.status_code)
    said: Any = error.body.get("error") if isinstance(error.body, dict) else None
    message = str(said.get("message", "")).casefold() if isinstance(said, dict) else ""
    if failure in {ModelFailure.BAD_REQUEST, ModelFailure.RATE_LIMITED} and any(
        words in message for words in _QUOTA_WORDS
    ):
        failure = ModelFailure.QUOTA
    return Fault(failure, retry_after(error.response.headers))


def _usage(reply: Message) -> TokenUsage:
    used = reply.usage
    details = used.output_tokens_details
    return TokenUsage(
        input_tokens=used.input_tokens,  # without the cached ones, unlike the others
        cache_read_tokens=used.cache_read_input_tokens or 0,
        cache_write_tokens=used.cache_creation_input_tokens or 0,
        output_tokens=used.output_tokens,
        reasoning_tokens=getattr(details, "thinking_tokens", 0) or 0,
    )
