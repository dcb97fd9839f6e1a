"""Anthropic's Messages API through its official SDK: structured output, prompt cache, usage, failures."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Literal

import anthropic
from anthropic.types import (
    AssistantMessageParam,
    Message,
    MessageParam,
    OutputConfigParam,
    TextBlock,
    TextBlockParam,
    UserMessageParam,
)

from fourfold.llm.port import ChatRequest, Effort, ModelFailure, ModelRequest, OnText
from fourfold.models.cache_markers import CacheMarkers
from fourfold.models.prompt import Turn, system_text, turns
from fourfold.models.provider import (
    CUT_OFF,
    Fault,
    KeyedClient,
    ProviderModel,
    UnreadableReplyError,
    WireAnswer,
    cause_of,
    failure_of_status,
    retry_after,
)
from fourfold.models.provider_words import message_in
from fourfold.models.schema import worded_schema
from fourfold.models.usage import ReportedUsage, counted

_STOPS = {
    "max_tokens": ModelFailure.TRUNCATED,
    "model_context_window_exceeded": ModelFailure.TRUNCATED,
    "refusal": ModelFailure.REFUSED,
    "pause_turn": ModelFailure.TRUNCATED,
}
# A spent balance is answered as a 400, a monthly limit as a 429: only the words differ.
_QUOTA_WORDS = ("credit balance", "spend limit", "usage limits")


class AnthropicWire:
    """`anthropic:<model>`. `ANTHROPIC_BASE_URL` moves it, as the SDK documents."""

    provider = "anthropic"

    def __init__(self, model: str) -> None:
        self.model = model
        self._markers = CacheMarkers(f"{self.provider}:{model}")
        self._client = KeyedClient(self.provider, lambda key: anthropic.Anthropic(api_key=key, max_retries=0))

    @property
    def address(self) -> str:
        """The base URL requests go to."""
        return "" if self._client.made is None else str(self._client.made.base_url)

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One Messages call with the schema as the output format."""
        # It moves what Anthropic's decoder does not know into descriptions, in place.
        schema = anthropic.transform_schema(deepcopy(worded_schema(request.output_type)))
        output: OutputConfigParam = {"format": {"type": "json_schema", "schema": schema}}
        # The schema is part of the cache's key. A second marker after the material would pay only where a repair
        # follows.
        system = system_text(request)
        marking = self._markers.marks(request.output_type.__name__, system)
        reply = self._client.get().messages.create(
            model=self.model,
            max_tokens=request.max_tokens,
            system=[_text(system, marked=marking.marked)],
            messages=[_message(turn) for turn in turns(request)],
            output_config=output if request.effort is None else {**output, "effort": _effort(request.effort)},
            # The SDK has no parameter for it any more; the models that take it still do.
            extra_body=None if request.temperature is None else {"temperature": request.temperature},
            timeout=request.timeout_s,
        )
        return self._markers.noted(_answer(reply), marking)

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """One Messages call in plain text.

        A system text that repeats is marked for the cache, and in a conversation the last message too, because the next
        turn repeats all before it.
        """
        messages, marking = self._client.get().messages, self._markers.marks(request.system)
        said = [_message(Turn(message.role, (message.text,))) for message in request.messages]
        if marking.marked and len(said) > 1:
            said[-1] = UserMessageParam(role="user", content=[_text(request.messages[-1].text, marked=True)])
        asked: dict[str, Any] = {
            "model": self.model,
            "max_tokens": request.max_tokens,
            "system": [_text(request.system, marked=marking.marked)],
            "messages": said,
            "extra_body": None if request.temperature is None else {"temperature": request.temperature},
            "timeout": request.timeout_s,
        }
        if request.effort is not None:
            asked["output_config"] = {"effort": _effort(request.effort)}
        if on_text is None:
            return self._markers.noted(_answer(messages.create(**asked)), marking)
        with messages.stream(**asked) as stream:
            for piece in stream.text_stream:
                on_text(piece)
            whole = stream.get_final_message()
        if whole.stop_reason is None:
            raise UnreadableReplyError(CUT_OFF)  # the SDK takes what arrived for the whole
        return self._markers.noted(_answer(whole), marking)

    def slots(self) -> None:
        """A hosted provider has rate limits, not slots."""

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK means."""
        match error:
            case anthropic.APITimeoutError():
                return Fault(ModelFailure.TIMEOUT, billed=True)
            case anthropic.APIConnectionError():
                return Fault(ModelFailure.UNREACHABLE, billed=True, words=cause_of(error))
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
    blocks = [block.text for block in reply.content if isinstance(block, TextBlock)]
    if not all(isinstance(text, str) for text in blocks):
        raise UnreadableReplyError
    text = "".join(blocks)
    return WireAnswer(text, _usage(reply), _STOPS.get(reply.stop_reason or ""))


def _text(text: str, *, marked: bool) -> TextBlockParam:
    if marked:
        return {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
    return {"type": "text", "text": text}


def _message(turn: Turn) -> MessageParam:
    content: list[TextBlockParam] = [{"type": "text", "text": part} for part in turn.parts]
    if turn.role == "assistant":
        return AssistantMessageParam(role="assistant", content=content)
    return UserMessageParam(role="user", content=content)


def _refusal(error: anthropic.APIStatusError) -> Fault:
    failure = failure_of_status(error.status_code)
    said: Any = error.body.get("error") if isinstance(error.body, dict) else None
    message = str(said.get("message", "")).casefold() if isinstance(said, dict) else ""
    words = message_in(error.body) or error.response.text
    if failure in {ModelFailure.BAD_REQUEST, ModelFailure.RATE_LIMITED} and any(
        words in message for words in _QUOTA_WORDS
    ):
        failure = ModelFailure.QUOTA
    return Fault(failure, retry_after(error.response.headers), status=error.status_code, words=words)


def _effort(effort: Effort) -> Literal["low", "medium", "high", "xhigh", "max"]:
    return "low" if effort == "minimal" else effort


def _usage(reply: Message) -> ReportedUsage:
    used: Any = reply.usage
    details = getattr(used, "output_tokens_details", None)
    return ReportedUsage(
        input_tokens=counted(getattr(used, "input_tokens", None)),  # without the cached ones, unlike the others
        cache_read_tokens=counted(getattr(used, "cache_read_input_tokens", None)) or 0,
        cache_write_tokens=counted(getattr(used, "cache_creation_input_tokens", None)) or 0,
        output_tokens=counted(getattr(used, "output_tokens", None)),
        reasoning_tokens=counted(getattr(details, "thinking_tokens", None)) or 0,
    )
