"""What each provider's API says on the wire: which path is whose, the body of an answer and the body of an error."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

Body = dict[str, Any]


class Provider(StrEnum):
    """Whose API a request speaks."""

    ANTHROPIC = "anthropic"
    OPENAI = "openai"
    COMPATIBLE = "compatible"
    GOOGLE = "google"
    BEDROCK = "bedrock"


class Ending(StrEnum):
    """Why the model stopped; every API has its own word for each."""

    COMPLETE = "complete"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    FILTERED = "filtered"


@dataclass(frozen=True, slots=True)
class Metered:
    """Tokens of one call, each input token in exactly one of the three; `reasoning` is a part of `output`."""

    input_uncached: int = 120
    cache_read: int = 1000
    cache_write: int = 300
    output: int = 250
    reasoning: int = 90

    @property
    def prompt(self) -> int:
        """Every input token, cached or not."""
        return self.input_uncached + self.cache_read + self.cache_write


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; header names are in lower case."""

    provider: Provider
    path: str
    headers: Mapping[str, str]
    body: Body

    @property
    def model(self) -> str:
        """The model asked for, in the body or, for Google and Bedrock, in the path."""
        found = _PATHS[self.provider].fullmatch(urlsplit(self.path).path)
        in_path = found.groupdict().get("model") if found else None
        return unquote(in_path) if in_path else str(self.body.get("model", ""))


@dataclass(frozen=True, slots=True)
class Fault:
    """An error as an API reports it. `kind` is the error's type, Google's status or Bedrock's exception."""

    status: int
    kind: str
    message: str
    code: str | None = None
    details: tuple[Body, ...] = ()


_PATHS = {
    Provider.ANTHROPIC: re.compile(r"/v1/messages"),
    Provider.OPENAI: re.compile(r"/v1/responses"),
    Provider.COMPATIBLE: re.compile(r"/v1/chat/completions"),
    # The API is v1beta or v1 as the SDK's `api_version` says; 3.6 goes to v1 when nobody says.
    Provider.GOOGLE: re.compile(r"/v1(?:beta)?/models/(?P<model>[^/]+):(?:g|streamG)enerateContent"),
    Provider.BEDROCK: re.compile(r"/model/(?P<model>[^/]+)/converse(?:-stream)?"),
}


_REQUEST_ID: Mapping[Provider, Mapping[str, str]] = {
    Provider.ANTHROPIC: {"request-id": "req_test"},
    Provider.OPENAI: {"x-request-id": "req_test"},
    Provider.COMPATIBLE: {},
    Provider.GOOGLE: {},
    Provider.BEDROCK: {"x-amzn-RequestId": "req_test"},
}


def provider_at(path: str) -> Provider | None:
    """Whose API the path belongs to."""
    bare = urlsplit(path).path
    return next((provider for provider, pattern in _PATHS.items() if pattern.fullmatch(bare)), None)


def reported(provider: Provider, metered: Metered) -> Metered:
    """What of `metered` the provider's usage can tell.

    Google and compatible servers count cache writes as plain input; Converse counts reasoning as plain output.
    """
    if provider in {Provider.GOOGLE, Provider.COMPATIBLE}:
        return replace(metered, input_uncached=metered.input_uncached + metered.cache_write, cache_write=0)
    return replace(metered, reasoning=0) if provider is Provider.BEDROCK else metered


def success(
    call: Received, text: str, metered: Metered, ending: Ending = Ending.COMPLETE
) -> tuple[Body, dict[str, str]]:
    """The body and the headers of a 200.

    Where the model reasoned, its reasoning comes before the answer, as it does from the real APIs: who takes the
    first block for the answer is wrong. REFUSED says `text` as the refusal; FILTERED says nothing.
    """
    return _SUCCESS[call.provider](call, text, metered, ending), dict(_REQUEST_ID[call.provider])


def failure(provider: Provider, fault: Fault) -> tuple[Body, dict[str, str]]:
    """The body and the headers of an error."""
    headers = dict(_REQUEST_ID[provider])
    match provider:
        case Provider.ANTHROPIC:
            error = {"type": fault.kind, "message": fault.message}
            return {"type": "error", "error": error, "request_id": "req_test"}, headers
        case Provider.GOOGLE:
            body: Body = {"code": fault.status, "message": fault.message, "status": fault.kind}
            return {"error": {**body, "details": list(fault.details)} if fault.details else body}, headers
        case Provider.BEDROCK:
            # The real header carries a namespace after the colon.
            named = f"{fault.kind}:http://internal.amazon.com/coral/com.amazon.bedrock/"
            return {"message": fault.message}, {**headers, "x-amzn-ErrorType": named}
        case Provider.OPENAI | Provider.COMPATIBLE:
            body = {"message": fault.message, "type": fault.kind, "param": None, "code": fault.code}
            return {"error": body}, headers


def _anthropic(call: Received, text: str, metered: Metered, ending: Ending) -> Body:
    blocks: list[Body] = [{"type": "text", "text": text}]
    if metered.reasoning:
        blocks.insert(0, {"type": "thinking", "thinking": "", "signature": "c2lnbmVk"})
    blocked = ending in {Ending.REFUSED, Ending.FILTERED}
    stop = {Ending.COMPLETE: "end_turn", Ending.TRUNCATED: "max_tokens"}.get(ending, "refusal")
    return {
        "id": "msg_test",
        "type": "message",
        "role": "assistant",
        "model": call.model,
        "content": [] if ending is Ending.FILTERED else blocks,
        "stop_reason": stop,
        "stop_sequence": None,
        "stop_details": {"type": "refusal", "category": None, "explanation": None} if blocked else None,
        "usage": {
            "input_tokens": metered.input_uncached,
            "cache_read_input_tokens": metered.cache_read,
            "cache_creation_input_tokens": metered.cache_write,
            "cache_creation": {"ephemeral_5m_input_tokens": metered.cache_write, "ephemeral_1h_input_tokens": 0},
            "output_tokens": metered.output,
            "output_tokens_details": {"thinking_tokens": metered.reasoning},
            "service_tier": "standard",
        },
    }


def _openai(call: Received, text: str, metered: Metered, ending: Ending) -> Body:
    said = {"type": "output_text", "text": text, "annotations": []}
    part = {"type": "refusal", "refusal": text} if ending is Ending.REFUSED else said
    why = {Ending.TRUNCATED: "max_output_tokens", Ending.FILTERED: "content_filter"}.get(ending)
    status = "incomplete" if why else "completed"
    message = {"type": "message", "id": "msg_test", "role": "assistant", "status": status, "content": [part]}
    output = [] if ending is Ending.FILTERED else [message]
    if metered.reasoning:
        output.insert(0, {"type": "reasoning", "id": "rs_test", "summary": []})
    return {
        "id": "resp_test",
        "object": "response",
        "created_at": 1_795_000_000,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": why} if why else None,
        "instructions": call.body.get("instructions"),
        "metadata": {},
        "model": call.model,
        "output": output,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": metered.prompt,
            "input_tokens_details": {"cached_tokens": metered.cache_read, "cache_write_tokens": metered.cache_write},
            "output_tokens": metered.output,
            "output_tokens_details": {"reasoning_tokens": metered.reasoning},
            "total_tokens": metered.prompt + metered.output,
        },
    }


def _compatible(call: Received, text: str, metered: Metered, ending: Ending) -> Body:
    message: Body = {"role": "assistant", "content": text, "refusal": None}
    if ending is Ending.REFUSED:
        message |= {"content": None, "refusal": text}
    if ending is Ending.FILTERED:
        message["content"] = ""
    finish = {Ending.TRUNCATED: "length", Ending.FILTERED: "content_filter"}.get(ending, "stop")
    return {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 1_795_000_000,
        "model": call.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish, "logprobs": None}],
        "usage": {
            "prompt_tokens": metered.prompt,
            "prompt_tokens_details": {"cached_tokens": metered.cache_read},
            "completion_tokens": metered.output,
            "completion_tokens_details": {"reasoning_tokens": metered.reasoning},
            "total_tokens": metered.prompt + metered.output,
        },
    }


def _google(call: Received, text: str, metered: Metered, ending: Ending) -> Body:
    usage = {"promptTokenCount": metered.prompt, "totalTokenCount": metered.prompt}
    answer: Body = {"modelVersion": call.model, "responseId": "test", "usageMetadata": usage}
    if ending is Ending.FILTERED:
        return {**answer, "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    usage |= {
        "cachedContentTokenCount": metered.cache_read,
        "candidatesTokenCount": metered.output - metered.reasoning,
        "thoughtsTokenCount": metered.reasoning,
        "totalTokenCount": metered.prompt + metered.output,
    }
    finish = {Ending.TRUNCATED: "MAX_TOKENS", Ending.REFUSED: "SAFETY"}.get(ending, "STOP")
    candidate: Body = {"index": 0, "finishReason": finish}
    if ending is not Ending.REFUSED:
        parts: list[Body] = [{"text": text}]
        if metered.reasoning:
            parts.insert(0, {"text": "Let me think.", "thought": True})
        candidate["content"] = {"role": "model", "parts": parts}
    return {**answer, "candidates": [candidate]}


def _bedrock(call: Received, text: str, metered: Metered, ending: Ending) -> Body:
    tools = call.body.get("toolConfig", {}).get("tools", [])
    blocks: list[Body] = [{"text": text}]
    stop = {
        Ending.TRUNCATED: "max_tokens",
        Ending.REFUSED: "guardrail_intervened",
        Ending.FILTERED: "content_filtered",
    }.get(ending, "end_turn")
    if tools and ending in {Ending.COMPLETE, Ending.TRUNCATED}:
        given = _object(text)
        # Converse carries a tool's input as parsed JSON, so broken JSON cannot reach the caller as an input.
        if given is None and ending is Ending.COMPLETE:
            stop = "malformed_tool_use"
        else:
            name = tools[0]["toolSpec"]["name"]
            blocks = [{"toolUse": {"toolUseId": "tooluse_test", "name": name, "input": given or {}}}]
            stop = "tool_use" if ending is Ending.COMPLETE else stop
    if metered.reasoning:
        blocks.insert(0, {"reasoningContent": {"reasoningText": {"text": "Let me think.", "signature": "c2lnbmVk"}}})
    return {
        "metrics": {"latencyMs": 1},
        "output": {"message": {"role": "assistant", "content": [] if ending is Ending.FILTERED else blocks}},
        "stopReason": stop,
        "usage": {
            "inputTokens": metered.input_uncached,
            "cacheReadInputTokens": metered.cache_read,
            "cacheWriteInputTokens": metered.cache_write,
            "outputTokens": metered.output,
            "totalTokens": metered.prompt + metered.output,
        },
    }


def _object(text: str) -> Body | None:
    try:
        parsed = json.loads(text)
    except json.JSONDecodeError:
        return None
    return parsed if isinstance(parsed, dict) else None


_SUCCESS = {
    Provider.ANTHROPIC: _anthropic,
    Provider.OPENAI: _openai,
    Provider.COMPATIBLE: _compatible,
    Provider.GOOGLE: _google,
    Provider.BEDROCK: _bedrock,
}
