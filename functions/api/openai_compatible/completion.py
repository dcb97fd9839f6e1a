"""Chat completions, whole and as the chunks of a stream."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from fourfold.http.sse import HEARTBEAT
from fourfold.idempotency import Execution, KeptReply
from fourfold.ids import id_from_operation, prefixed_id
from fourfold.persona import Persona
from fourfold.voice.conversation import ChatResult
from functions.api.chat.schemas import finish_reason
from functions.api.chat.stream import Heartbeat, Restarted, StreamEvent, Token
from functions.api.openai_compatible.errors import error_of
from functions.api.openai_compatible.schemas import (
    AssistantMessage,
    ChatCompletion,
    CompletionChoice,
    CompletionUsage,
    PersonaFields,
)

_FIRST_ERROR_STATUS = 400
_DONE = b"data: [DONE]\n\n"
_SEPARATOR = "\n\n"


@dataclass(frozen=True)
class CompletionHead:
    """What a completion and all its chunks have in common. `created` is in seconds of Unix time."""

    id: str
    created: int
    model: str

    @classmethod
    def of(cls, execution: Execution, model: str) -> CompletionHead:
        """The head of a completion that begins now."""
        return cls(id_from_operation("chatcmpl", execution.operation_id), int(time.time()), model)

    @classmethod
    def stored(cls, reply: KeptReply, model: str) -> CompletionHead:
        """The head of a stored completion; a stored problem has none, so it gets a new one."""
        body = json.loads(reply.body)
        return cls(body.get("id", prefixed_id("chatcmpl")), body.get("created", int(time.time())), model)


def completion(head: CompletionHead, persona: Persona, result: ChatResult) -> ChatCompletion:
    """The completion of a chat turn."""
    details = result.details
    tokens = details.usage.tokens
    prompt = tokens.input_tokens + tokens.cache_read_tokens + tokens.cache_write_tokens
    return ChatCompletion(
        id=head.id,
        created=head.created,
        model=head.model,
        choices=(
            CompletionChoice(message=AssistantMessage(content=result.reply), finish_reason=finish_reason(result)),
        ),
        usage=CompletionUsage(
            prompt_tokens=prompt,
            completion_tokens=tokens.output_tokens,
            total_tokens=prompt + tokens.output_tokens,
        ),
        fourfold=PersonaFields(
            persona_id=persona.id,
            session_id=result.session_id,
            drift=details.drift,
            recovery=details.recovery,
            provider=details.provider,
            model=details.model,
            cost_usd=details.usage.cost_usd,
        ),
    )


async def chunks(
    events: AsyncIterator[StreamEvent], head: CompletionHead, *, live: bool, include_usage: bool
) -> AsyncIterator[bytes]:
    """Yields the stream of a completion, ended by `[DONE]`; an error is an event with `error` and ends it.

    Args:
        events: of the exchange.
        head: of the completion.
        live: whether text is sent as it is generated; otherwise the reply is sent when it is final.
        include_usage: whether a last chunk has the usage.
    """
    sent = restarted = False
    yield _chunk(head, {"role": "assistant", "content": ""})
    async for event in events:
        match event:
            case Heartbeat():
                yield HEARTBEAT
            case Token(text) if live:
                yield _chunk(head, {"content": _SEPARATOR + text if restarted and not sent else text})
                sent = True
            case Restarted() if sent:
                sent, restarted = False, True
            case KeptReply():
                for chunk in _ending(head, event, text_sent=sent, restarted=restarted, include_usage=include_usage):
                    yield chunk


def _ending(
    head: CompletionHead, reply: KeptReply, *, text_sent: bool, restarted: bool, include_usage: bool
) -> list[bytes]:
    body = json.loads(reply.body)
    if reply.status >= _FIRST_ERROR_STATUS:
        return [_data(error_of(body))]
    extra = {"fourfold": {**body["fourfold"], "restarted": restarted}}
    choice = body["choices"][0]
    text = choice["message"]["content"]
    content = [] if text_sent else [_chunk(head, {"content": _SEPARATOR + text if restarted else text})]
    usage = [_data({**_head(head), "choices": [], "usage": body["usage"], **extra})] if include_usage else []
    return [*content, _last_chunk(head, choice["finish_reason"], extra), *usage, _DONE]


def _chunk(head: CompletionHead, delta: dict[str, str]) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": None, "logprobs": None}
    return _data({**_head(head), "choices": [choice]})


def _last_chunk(head: CompletionHead, finish_reason: str, extra: dict[str, Any]) -> bytes:
    """The chunk that ends the text."""
    choice = {"index": 0, "delta": {}, "finish_reason": finish_reason, "logprobs": None}
    return _data({**_head(head), "choices": [choice], **extra})


def _head(head: CompletionHead) -> dict[str, Any]:
    return {"id": head.id, "object": "chat.completion.chunk", "created": head.created, "model": head.model}


def _data(content: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(content, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
