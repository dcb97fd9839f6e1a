"""Reads a chat completion as compatible servers send it: whole or streamed, in all the forms they give an answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fourfold.llm.port import ModelFailure, OnProgress, OnText
from fourfold.models.provider import CUT_OFF, UnreadableReplyError, WireAnswer
from fourfold.models.provider_words import message_in
from fourfold.models.usage import ReportedUsage, counted, uncached

_FINISHES = {
    "length": ModelFailure.TRUNCATED,
    "max_tokens": ModelFailure.TRUNCATED,
    "content_filter": ModelFailure.REFUSED,
}
_REASONING = ("reasoning_content", "reasoning", "thinking")
_THOUGHT_PARTS = frozenset({"thinking", "reasoning", "redacted_thinking", "reasoning_text"})
_MAX_BYTES = 8_000_000
_ENDLESS = "the reply has no end"


class StreamError(UnreadableReplyError):
    """The server reported an error under a success, in the middle of a stream or instead of an answer."""


@dataclass
class Message:
    """The parts of an answer so far. `reasoning` and `arguments` (a tool call's) are answers of last resort."""

    content: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    arguments: list[str] = field(default_factory=list)
    refused: bool = False

    def take(self, message: Mapping[str, Any]) -> str:
        """Adds a message, or a delta of one; returns what it adds to the content."""
        added, thought = _texts(message.get("content"))
        self.content.append(added)
        self.reasoning += [thought, *(_texts(message.get(name))[0] for name in _REASONING)]
        self.arguments.append(_arguments(message))
        self.refused = self.refused or bool(message.get("refusal"))
        return added

    def answer(self) -> str:
        """The text that holds the answer to a structured question."""
        candidates = ("".join(parts) for parts in (self.content, self.arguments, self.reasoning))
        return next((text for text in candidates if text.strip()), "")

    def speech(self) -> str:
        """The text of a chat turn: reasoning and tool calls are not said."""
        return "".join(self.content)


@dataclass(frozen=True)
class Reply:
    """A whole completion."""

    message: Message
    finish: str | None
    usage: ReportedUsage
    prompt_tokens: int | None

    def answered(self, text: str, notes: tuple[str, ...]) -> WireAnswer:
        """The answer with `text`, which is the message's answer or its speech."""
        failure = ModelFailure.REFUSED if self.message.refused else _FINISHES.get(self.finish or "")
        return WireAnswer(text, self.usage, failure, notes)


def read_whole(chunks: Iterable[bytes]) -> Reply:
    """A completion from the body of a reply.

    Raises:
        UnreadableReplyError: it is none.
    """
    body = b""
    for chunk in chunks:
        body += chunk
        if len(body) > _MAX_BYTES:
            raise UnreadableReplyError(_ENDLESS)
    try:
        reply: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableReplyError(body[:2000].decode("utf-8", "replace")) from None
    choice = _choice(reply)
    if choice is None:
        raise StreamError(message_in(reply)) if message_in(reply) else UnreadableReplyError
    message = Message()
    said = choice.get("message", choice.get("text"))
    message.take(said if isinstance(said, Mapping) else {"content": said})
    return Reply(message, _finish(choice), *_usage(reply.get("usage")))


def read_stream(lines: Iterator[str], on_text: OnText | None, on_progress: OnProgress | None) -> Reply:
    """A completion from the lines of an event stream; or of a JSON body, from servers that do not stream.

    Raises:
        UnreadableReplyError: it is none, or it ended before the answer did.
    """
    message, finish, usage, closed, tokens, size = Message(), None, _usage(None), False, 0, 0
    plain: list[str] = []
    for line in lines:
        size += len(line)
        if size > _MAX_BYTES:
            raise UnreadableReplyError(_ENDLESS)
        event = _event(line)
        if event is None:
            plain += [] if closed or line.startswith(":") or _is_field(line) else [line]
            continue
        if event == "[DONE]":
            closed = True
            break
        chunk = _chunk(event)
        usage = _usage(chunk["usage"]) if chunk.get("usage") else usage
        choice = _choice(chunk)
        if choice is None:
            continue
        finish = _finish(choice) or finish
        delta = choice.get("delta", choice.get("message"))
        added = message.take(delta if isinstance(delta, Mapping) else {"content": choice.get("text")})
        tokens += 1
        if on_text is not None:
            on_text(added)
        if on_progress is not None:
            on_progress(tokens)
    body = "\n".join(plain).strip()
    if body and not tokens:
        reply = read_whole([body.encode()])
        if on_text is not None:
            on_text(reply.message.speech())
        return reply
    if finish is None and not closed:
        raise UnreadableReplyError(CUT_OFF)
    return Reply(message, finish, *usage)


def _event(line: str) -> str | None:
    """The data of an event's line. llama.cpp's older versions report errors in a field of their own."""
    for name in ("data:", "error:"):
        if line.startswith(name):
            data = line[len(name) :].strip()
            return f'{{"error": {data}}}' if name == "error:" else data
    return None


def _is_field(line: str) -> bool:
    return line.startswith(("event:", "id:", "retry:"))


def _chunk(event: str) -> dict[str, Any]:
    try:
        chunk = json.loads(event)
    except (ValueError, RecursionError):
        raise UnreadableReplyError(event) from None
    if not isinstance(chunk, dict):
        raise UnreadableReplyError(event)
    if chunk.get("error"):
        raise StreamError(message_in(chunk) or "an error without words")
    return chunk


def _choice(reply: object) -> Mapping[str, Any] | None:
    choices = reply.get("choices") if isinstance(reply, Mapping) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, Mapping) else None


def _finish(choice: Mapping[str, Any]) -> str | None:
    finish = choice.get("finish_reason")
    return finish if isinstance(finish, str) and finish else None


def _texts(content: Any) -> tuple[str, str]:  # noqa: ANN401, PLR0911 - a JSON value; a return for each form
    """Content as text and as reasoning: a text, a part, a list of parts, or the answer itself as an object."""
    match content:
        case str():
            return content, ""
        case list():
            parts = [_texts(part) for part in content]
            return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)
        case {"type": str() as kind} if kind in _THOUGHT_PARTS:
            inner = next(
                (content[name] for name in ("thinking", "reasoning", "text", "content") if name in content), ""
            )
            return "", "".join(_texts(inner))
        case {"text": {"value": str() as text}} | {"text": str() as text} if "type" in content or len(content) == 1:
            return text, ""
        case {"type": _, "json": answer}:
            return json.dumps(answer), ""
        case dict() if content and "type" not in content:
            return json.dumps(content), ""
        case _:
            return "", ""


def _arguments(message: Mapping[str, Any]) -> str:
    """The arguments of the first tool call, as text; pieces of them in a stream."""
    calls = message.get("tool_calls")
    first = calls[0] if isinstance(calls, list) and calls else {"function": message.get("function_call")}
    function = first.get("function") if isinstance(first, Mapping) else None
    arguments = function.get("arguments") if isinstance(function, Mapping) else None
    if arguments is None or isinstance(arguments, str):
        return arguments or ""
    return json.dumps(arguments)


def _usage(used: object) -> tuple[ReportedUsage, int | None]:
    """The usage, and the tokens of the whole prompt."""
    if not isinstance(used, Mapping):
        return ReportedUsage(), None
    prompt = counted(used.get("prompt_tokens", used.get("input_tokens")))
    cached = counted(_detail(used, "prompt_tokens_details", "cached_tokens")) or 0
    reasoning = counted(_detail(used, "completion_tokens_details", "reasoning_tokens")) or 0
    written = counted(used.get("completion_tokens", used.get("output_tokens")))
    return ReportedUsage(uncached(prompt, cached), written, cached, 0, reasoning), prompt


def _detail(used: Mapping[str, Any], details: str, name: str) -> object:
    found = used.get(details)
    return found.get(name) if isinstance(found, Mapping) else None
