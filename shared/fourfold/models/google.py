"""Google's Gemini API through its official SDK: JSON Schema output, usage, failures."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx2
from google import genai
from google.genai import errors, types

from fourfold.llm.port import ChatRequest, Effort, ModelFailure, ModelRequest, OnText
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
    seconds_of,
)
from fourfold.models.provider_words import message_in
from fourfold.models.schema import portable_schema
from fourfold.models.usage import ReportedUsage, counted, uncached

_REFUSALS = frozenset(
    {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR", "OTHER"}
)


class GoogleWire:
    """`google:<model>`. `GOOGLE_GEMINI_BASE_URL` moves it, as the SDK documents.

    Gemini's implicit cache needs no marker: it goes by the prompt's beginning, and the stable part comes first.
    """

    provider = "google"

    def __init__(self, model: str) -> None:
        self.model = model
        # The client is kept: one that is dropped closes its connections under the call. The version is named because
        # the stable one has no structured output.
        options = types.HttpOptions(api_version="v1beta")
        self._client = KeyedClient(
            self.provider, lambda key: genai.Client(api_key=key, vertexai=False, http_options=options)
        )

    @property
    def address(self) -> str:
        """The base URL requests go to, where the environment sets one."""
        return os.environ.get("GOOGLE_GEMINI_BASE_URL", "")

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One generateContent call."""
        reply = self._client.get().models.generate_content(
            model=self.model,
            contents=[_content(turn) for turn in turns(request)],
            config=types.GenerateContentConfig(
                system_instruction=system_text(request),
                response_mime_type="application/json",
                response_json_schema=portable_schema(request.output_type),
                max_output_tokens=request.max_tokens,
                temperature=request.temperature,
                thinking_config=_thinking(request.effort),
                # On by default, and each continuation is billed as a request of its own.
                automatic_continuation=False,
                http_options=types.HttpOptions(timeout=max(1, round(request.timeout_s * 1000))),
            ),
        )
        return _answer(reply)

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """One generateContent call in plain text."""
        models = self._client.get().models
        roles = {"assistant": "model", "user": "user"}
        contents: Any = [
            types.Content(role=roles[message.role], parts=[types.Part(text=message.text)])
            for message in request.messages
        ]
        config = types.GenerateContentConfig(
            system_instruction=request.system,
            max_output_tokens=request.max_tokens,
            temperature=request.temperature,
            thinking_config=_thinking(request.effort),
            automatic_continuation=False,
            http_options=types.HttpOptions(timeout=max(1, round(request.timeout_s * 1000))),
        )
        if on_text is None:
            return _answer(models.generate_content(model=self.model, contents=contents, config=config))
        text, last, blocked = "", None, False
        usage: ReportedUsage | None = None
        for chunk in models.generate_content_stream(model=self.model, contents=contents, config=config):
            candidate = chunk.candidates[0] if chunk.candidates else None
            blocked = blocked or (candidate is None and chunk.prompt_feedback is not None)
            piece = _text(candidate)
            on_text(piece)
            text += piece
            usage = usage if chunk.usage_metadata is None else _usage(chunk)
            last = candidate if candidate is not None and candidate.finish_reason else last
        if last is None and not blocked:
            raise UnreadableReplyError(CUT_OFF)
        return WireAnswer(text, usage or ReportedUsage(), _failure(last))

    def slots(self) -> None:
        """A hosted provider has rate limits, not slots."""

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of the SDK, or of the client under it, means."""
        return google_fault(error)


def google_fault(error: Exception) -> Fault | None:
    """What an exception of the SDK, or of the client under it, means; None for one that is neither's."""
    match error:
        case httpx2.TimeoutException():
            return Fault(ModelFailure.TIMEOUT, billed=True)
        case httpx2.TransportError():
            return Fault(ModelFailure.UNREACHABLE, billed=True, words=cause_of(error))
        case errors.UnknownApiResponseError():
            return Fault(ModelFailure.SERVER_ERROR, billed=True)
        case errors.APIError():
            return _refusal(error)
        case _:
            return None


def google_model(model: str) -> ProviderModel:
    """The model `google:<model>`."""
    return ProviderModel(GoogleWire(model))


def _answer(reply: types.GenerateContentResponse) -> WireAnswer:
    candidate = reply.candidates[0] if reply.candidates else None
    if candidate is None and reply.prompt_feedback is None:
        raise UnreadableReplyError
    return WireAnswer(_text(candidate), _usage(reply), _failure(candidate))


def _text(candidate: types.Candidate | None) -> str:
    parts = (candidate.content.parts or []) if candidate and candidate.content else []
    return "".join(part.text or "" for part in parts if not part.thought)


def _content(turn: Turn) -> types.Content:
    role = "model" if turn.role == "assistant" else "user"
    return types.Content(role=role, parts=[types.Part(text=part) for part in turn.parts])


def _failure(candidate: types.Candidate | None) -> ModelFailure | None:
    if candidate is None:
        return ModelFailure.REFUSED  # the prompt itself was blocked
    reason = candidate.finish_reason.name if candidate.finish_reason else "STOP"
    if reason in {"MAX_TOKENS", "CONTINUATION"}:
        return ModelFailure.TRUNCATED
    if reason in _REFUSALS:
        return ModelFailure.REFUSED
    return None if reason == "STOP" else ModelFailure.INVALID_OUTPUT


def _refusal(error: errors.APIError) -> Fault:
    failure = failure_of_status(error.code)
    details = list(_details(error.details))
    if failure is ModelFailure.RATE_LIMITED and any(_is_daily(detail) for detail in details):
        failure = ModelFailure.QUOTA
    if any(detail.get("reason") == "API_KEY_INVALID" for detail in details):
        failure = ModelFailure.AUTHENTICATION  # answered as a 400
    pauses = [seconds_of(str(detail["retryDelay"])) for detail in details if "retryDelay" in detail]
    pause = pauses[0] if pauses else retry_after(getattr(error.response, "headers", None))
    return Fault(failure, pause, status=error.code, words=message_in(error.details) or str(error.message or ""))


def _details(body: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - the error's JSON, whatever it is
    """The `google.rpc` details of an error (AIP-193)."""
    said = body.get("error", body) if isinstance(body, dict) else None
    details = said.get("details") if isinstance(said, dict) else None
    yield from (detail for detail in details or () if isinstance(detail, dict))


def _is_daily(detail: dict[str, Any]) -> bool:
    return any("PerDay" in str(violation.get("quotaId", "")) for violation in detail.get("violations") or [])


def _thinking(effort: Effort | None) -> types.ThinkingConfig | None:
    if effort is None:
        return None
    return types.ThinkingConfig(thinking_level=types.ThinkingLevel("HIGH" if effort == "max" else effort.upper()))


def _usage(reply: types.GenerateContentResponse) -> ReportedUsage:
    used: Any = reply.usage_metadata
    cached = counted(getattr(used, "cached_content_token_count", None)) or 0
    thoughts = counted(getattr(used, "thoughts_token_count", None)) or 0
    written = counted(getattr(used, "candidates_token_count", None))
    return ReportedUsage(
        input_tokens=uncached(counted(getattr(used, "prompt_token_count", None)), cached),
        cache_read_tokens=cached,
        output_tokens=None
        if written is None and not thoughts
        else (written or 0) + thoughts,  # it counts thoughts apart
        reasoning_tokens=thoughts,
    )
