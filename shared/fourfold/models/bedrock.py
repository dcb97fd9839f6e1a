"""Amazon Bedrock's Converse API through boto3: the answer as the input of a forced tool; no key but the role."""

from __future__ import annotations

import json
from contextlib import closing
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own, for what it could not reach
    ConnectTimeoutError,
    CredentialRetrievalError,
    HTTPClientError,
    InvalidRegionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
)

from fourfold.llm.port import ChatRequest, Effort, ModelFailure, ModelRequest, OnText
from fourfold.models.cache_markers import CacheMarkers
from fourfold.models.prompt import system_text, turns
from fourfold.models.provider import (
    CUT_OFF,
    Fault,
    ProviderModel,
    UnreadableReplyError,
    WireAnswer,
    failure_of_status,
    retry_after,
)
from fourfold.models.schema import portable_schema
from fourfold.models.usage import ReportedUsage, counted

_TOOL = "answer"
_LONGEST_READ_S = 300.0  # The call as a whole is bounded elsewhere; this ends the socket of one that was given up.
_STOPS = {
    "max_tokens": ModelFailure.TRUNCATED,
    "model_context_window_exceeded": ModelFailure.TRUNCATED,
    "guardrail_intervened": ModelFailure.REFUSED,
    "content_filtered": ModelFailure.REFUSED,
    "refusal": ModelFailure.REFUSED,
    "malformed_model_output": ModelFailure.INVALID_OUTPUT,
    "malformed_tool_use": ModelFailure.INVALID_OUTPUT,
}
_CODES = {
    "ThrottlingException": ModelFailure.RATE_LIMITED,
    "TooManyRequestsException": ModelFailure.RATE_LIMITED,
    "ServiceQuotaExceededException": ModelFailure.QUOTA,
    "ServiceUnavailableException": ModelFailure.OVERLOADED,
    "ModelNotReadyException": ModelFailure.OVERLOADED,
    "ModelTimeoutException": ModelFailure.TIMEOUT,
    "InternalServerException": ModelFailure.SERVER_ERROR,
    "ModelErrorException": ModelFailure.SERVER_ERROR,
    "AccessDeniedException": ModelFailure.AUTHENTICATION,
    "UnrecognizedClientException": ModelFailure.AUTHENTICATION,
    "ExpiredTokenException": ModelFailure.AUTHENTICATION,
    "InvalidSignatureException": ModelFailure.AUTHENTICATION,
}

# Most particular first: botocore's exceptions have parents among each other.
_FAULTS: tuple[tuple[tuple[type[Exception], ...], Fault], ...] = (
    ((ReadTimeoutError, ConnectTimeoutError), Fault(ModelFailure.TIMEOUT, billed=True)),
    ((HTTPClientError, ConnectionError), Fault(ModelFailure.UNREACHABLE, billed=True)),
    (
        (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, ProfileNotFound),
        Fault(ModelFailure.AUTHENTICATION),
    ),
    ((NoRegionError, InvalidRegionError, ParamValidationError), Fault(ModelFailure.BAD_REQUEST)),
)


class BedrockWire:
    """`bedrock:<model id or inference profile>`. `AWS_ENDPOINT_URL_BEDROCK_RUNTIME` moves it, as boto3 documents."""

    provider = "bedrock"

    def __init__(self, model: str) -> None:
        self.model = model
        self._markers = CacheMarkers(f"{self.provider}:{model}")

    @cached_property
    def _client(self) -> Any:  # noqa: ANN401 - boto3 makes the classes of its clients at run time
        return bedrock_client()

    @property
    def address(self) -> str:
        """The endpoint requests go to."""
        return str(self._client.meta.endpoint_url)

    def ask(self, request: ModelRequest) -> WireAnswer:
        """One Converse call."""
        system = system_text(request)
        marking = self._markers.marks(request.output_type.__name__, system)
        reply = self._client.converse(
            modelId=self.model,
            system=self._system(system, marked=marking.marked),
            messages=[
                {"role": turn.role, "content": [{"text": part} for part in turn.parts]} for turn in turns(request)
            ],
            inferenceConfig={
                "maxTokens": request.max_tokens,
                **({} if request.temperature is None else {"temperature": request.temperature}),
            },
            toolConfig={
                "tools": [
                    {
                        "toolSpec": {
                            "name": _TOOL,
                            "description": "Takes your answer.",
                            "inputSchema": {"json": portable_schema(request.output_type)},
                        }
                    }
                ],
                "toolChoice": {"tool": {"name": _TOOL}},
            },
            **_effort(request.effort),
        )
        return self._markers.noted(_answer(reply), marking)

    def _system(self, text: str, *, marked: bool) -> list[dict[str, Any]]:
        if marked and "anthropic.claude" in self.model:  # others refuse a marker for the cache
            return [{"text": text}, {"cachePoint": {"type": "default"}}]
        return [{"text": text}]

    def reply(self, request: ChatRequest, on_text: OnText | None) -> WireAnswer:
        """One Converse call in plain text, or ConverseStream, which is the same answer in pieces."""
        marking = self._markers.marks(request.system)
        asked: dict[str, Any] = {
            "modelId": self.model,
            "system": self._system(request.system, marked=marking.marked),
            "messages": [{"role": message.role, "content": [{"text": message.text}]} for message in request.messages],
            "inferenceConfig": {
                "maxTokens": request.max_tokens,
                **({} if request.temperature is None else {"temperature": request.temperature}),
            },
            **_effort(request.effort),
        }
        if on_text is None:
            return self._markers.noted(_answer(self._client.converse(**asked)), marking)
        text, stop, usage = "", None, ReportedUsage()
        # Left open, its connection would remain until a garbage collection, and the model would keep writing.
        with closing(self._client.converse_stream(**asked)["stream"]) as events:
            for event in events:
                piece = event.get("contentBlockDelta", {}).get("delta", {}).get("text", "")
                text += piece
                on_text(piece)
                stop = event.get("messageStop", {}).get("stopReason", stop)
                usage = _usage(event["metadata"]) if "metadata" in event else usage
        if stop is None:
            raise UnreadableReplyError(CUT_OFF)
        return self._markers.noted(WireAnswer(text, usage, _STOPS.get(stop)), marking)

    def slots(self) -> None:
        """A hosted provider has rate limits, not slots."""

    def fault(self, error: Exception) -> Fault | None:
        """What an exception of botocore means."""
        return bedrock_fault(error)


def bedrock_fault(error: Exception) -> Fault | None:
    """What an exception of botocore means; None for one that is not its."""
    if isinstance(error, ClientError):
        return _refusal(error)
    kinds = ((kind, fault) for kinds, fault in _FAULTS for kind in kinds)
    return next((fault for kind, fault in kinds if isinstance(error, kind)), None)


def bedrock_client() -> Any:  # noqa: ANN401 - boto3 makes the classes of its clients at run time
    """A client that retries nothing; the connections it keeps are its own."""
    config = Config(
        connect_timeout=5,
        read_timeout=_LONGEST_READ_S,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=32,
    )
    return boto3.client("bedrock-runtime", config=config)


def bedrock_model(model: str) -> ProviderModel:
    """The model `bedrock:<model>`."""
    return ProviderModel(BedrockWire(model))


def _text(reply: dict[str, Any]) -> str:
    """The tool's input as JSON, or the text of a model that did not call it."""
    try:
        parts = reply["output"]["message"]["content"]
    except (KeyError, TypeError):
        raise UnreadableReplyError from None
    for part in parts:
        if "toolUse" in part:
            return json.dumps(part["toolUse"]["input"], ensure_ascii=False)
    return "".join(text for part in parts if isinstance(text := part.get("text", ""), str))


def _answer(reply: dict[str, Any]) -> WireAnswer:
    return WireAnswer(_text(reply), _usage(reply), _STOPS.get(reply.get("stopReason", "")))


def _effort(effort: Effort | None) -> dict[str, Any]:
    if effort is None:
        return {}
    return {"additionalModelRequestFields": {"output_config": {"effort": "low" if effort == "minimal" else effort}}}


def _refusal(error: ClientError) -> Fault:
    said = error.response.get("Error", {})
    sent = error.response.get("ResponseMetadata", {})
    status = sent.get("HTTPStatusCode", 0)
    failure = _CODES.get(said.get("Code", "")) or failure_of_status(status)
    return Fault(failure, retry_after(sent.get("HTTPHeaders")), status=status or None, words=said.get("Message", ""))


def _usage(reply: dict[str, Any]) -> ReportedUsage:
    used = reply.get("usage")
    used = used if isinstance(used, dict) else {}
    return ReportedUsage(
        input_tokens=counted(used.get("inputTokens")),  # without the cached ones
        cache_read_tokens=counted(used.get("cacheReadInputTokens")) or 0,
        cache_write_tokens=counted(used.get("cacheWriteInputTokens")) or 0,
        output_tokens=counted(used.get("outputTokens")),
    )
