"""The same answers as a stream: what each provider's API sends when it is asked to speak piece by piece."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.providers.behaviours import Delivery, Reply
from tests.providers.wires import Body, Ending, Metered, Provider, Received, success

_SSE = {"content-type": "text/event-stream"}


@dataclass(frozen=True, slots=True)
class Speaks:
    """A stream of `pieces`. `cut` ends it after the pieces, before the API says that this was all.

    `hangs`: the pieces arrive, and nothing after them; the connection stays open until the client closes it.
    """

    pieces: Sequence[str]
    ending: Ending = Ending.COMPLETE
    metered: Metered = field(default_factory=Metered)
    cut: bool = False
    hangs: bool = False

    def reply(self, call: Received) -> Reply:
        whole, _ = success(call, "".join(self.pieces), self.metered, self.ending)
        events = list(_EVENTS[call.provider](self.pieces, whole))
        kept = [body for body, closing in events if not ((self.cut or self.hangs) and closing)]
        if call.provider is Provider.BEDROCK:
            content, headers = b"".join(map(_message, kept)), {"content-type": "application/vnd.amazon.eventstream"}
        else:
            content, headers = "".join(map(_frame, kept)).encode(), _SSE
            if call.provider is Provider.COMPATIBLE and not (self.cut or self.hangs):
                content += b"data: [DONE]\n\n"
        delivery = Delivery.HANGS_AT_THE_END if self.hangs else Delivery.WHOLE
        return Reply(content, headers=headers, output_tokens=self.metered.output, delivery=delivery)


Event = tuple[Body, bool]


def _anthropic(pieces: Sequence[str], whole: Body) -> Iterable[Event]:
    start: Body = {**whole, "content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}, False
    for place, block in enumerate(whole["content"]):
        yield {"type": "content_block_start", "index": place, "content_block": {**block, **_empty(block)}}, False
        if block["type"] == "text":
            for piece in pieces:
                told = {"type": "text_delta", "text": piece}
                yield {"type": "content_block_delta", "index": place, "delta": told}, False
        yield {"type": "content_block_stop", "index": place}, True
    delta: Body = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": delta, "usage": whole["usage"]}, True
    yield {"type": "message_stop"}, True


def _empty(block: Body) -> Body:
    return {"text": ""} if block["type"] == "text" else {}


def _openai(pieces: Sequence[str], whole: Body) -> Iterable[Event]:
    started = {**whole, "status": "in_progress", "output": [], "usage": None}
    number = 0
    yield {"type": "response.created", "sequence_number": number, "response": started}, False
    for piece in pieces:
        number += 1
        told = {"item_id": "msg_test", "output_index": 0, "content_index": 0, "delta": piece, "logprobs": []}
        yield {"type": "response.output_text.delta", "sequence_number": number, **told}, False
    kind = "response.incomplete" if whole["status"] == "incomplete" else "response.completed"
    yield {"type": kind, "sequence_number": number + 1, "response": whole}, True


def _compatible(pieces: Sequence[str], whole: Body) -> Iterable[Event]:
    [choice] = whole["choices"]
    frame = {name: whole[name] for name in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    refused = choice["message"]["refusal"] is not None
    for piece in pieces:
        delta = {"refusal": piece} if refused else {"content": piece}
        yield {**frame, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}, False
    finish = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    yield {**frame, "choices": [finish]}, True
    yield {**frame, "choices": [], "usage": whole["usage"]}, True


def _google(pieces: Sequence[str], whole: Body) -> Iterable[Event]:
    if "candidates" not in whole:
        yield whole, True
        return
    [candidate] = whole["candidates"]
    told = {name: value for name, value in whole.items() if name != "candidates"}
    for piece in pieces if "content" in candidate else ():
        content = {"role": "model", "parts": [{"text": piece}]}
        yield {**told, "candidates": [{"index": 0, "content": content}]}, False
    yield {**told, "candidates": [{"index": 0, "finishReason": candidate["finishReason"]}]}, True


def _bedrock(pieces: Sequence[str], whole: Body) -> Iterable[Event]:
    yield {"messageStart": {"role": "assistant"}}, False
    for piece in pieces:
        yield {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": piece}}}, False
    yield {"contentBlockStop": {"contentBlockIndex": 0}}, True
    yield {"messageStop": {"stopReason": whole["stopReason"]}}, True
    yield {"metadata": {"usage": whole["usage"], "metrics": whole["metrics"]}}, True


_EVENTS = {
    Provider.ANTHROPIC: _anthropic,
    Provider.OPENAI: _openai,
    Provider.COMPATIBLE: _compatible,
    Provider.GOOGLE: _google,
    Provider.BEDROCK: _bedrock,
}


def _frame(event: Body) -> str:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n"


def _message(event: Body) -> bytes:
    """An event in Amazon's binary framing: lengths, their CRC, headers, payload, the CRC of all."""
    [(name, payload)] = event.items()
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for key, value in {
            ":event-type": name,
            ":content-type": "application/json",
            ":message-type": "event",
        }.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    framed = prelude + headers + body
    return framed + struct.pack(">I", zlib.crc32(framed))
