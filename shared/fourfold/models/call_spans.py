"""A span for each model call, by OpenTelemetry's conventions for generative AI (`gen_ai.*`).

Recorded only where OTEL_EXPORTER_OTLP_ENDPOINT is set. A span has ids, names, numbers and the kind of a failure, and
never text of a prompt, a reply or an error (decision 74).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from fourfold.llm.port import ChatRequest, Completion, ModelError, ModelFailure, ModelRequest, provider_and_model
from fourfold.made_once import MadeOnce
from fourfold.persona import TokenUsage
from fourfold.trace import Work, current_work, working

if TYPE_CHECKING:
    from fourfold.models.span_export import CallTracer

logger = logging.getLogger(__name__)

Attributes = dict[str, "str | int | float | bool | list[str]"]
OTLP_ENDPOINT: Final = "OTEL_EXPORTER_OTLP_ENDPOINT"
OTLP_HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
# The conventions' names of providers, where they differ from ours.
PROVIDER_NAMES: Final = {"google": "gcp.gemini", "bedrock": "aws.bedrock"}
_FINISH_REASONS: Final = {ModelFailure.TRUNCATED: "length", ModelFailure.REFUSED: "content_filter"}


def is_recorded(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a receiver of spans."""
    return bool(environment.get(OTLP_ENDPOINT, "").strip())


def recorded(
    name: str, request: ModelRequest | ChatRequest, work: Work | None, call: Callable[[], Completion]
) -> Completion:
    """The completion of `call` to the model `name`; its span belongs to the current work, else to `work`."""
    if not is_recorded(os.environ) or (tracer := call_tracer()) is None:
        return call()
    work = current_work() or work
    with tracer.span(f"chat {provider_and_model(name)[1]}", work) as span:
        span.set_attributes(_of_request(name, request) | _of_work(work))
        try:
            completion = call()
        except BaseException as error:
            span.set_attributes(_of_failure(error))
            raise
        span.set_attributes(_of_completion(completion))
        return completion


@contextmanager
def spans_sent(work: Work) -> Iterator[None]:
    """Does a piece of work, and sends the spans of its calls before it ends: Lambda may stop the process after it."""
    try:
        with working(work):
            yield
    finally:
        if is_recorded(os.environ) and (tracer := call_tracer()) is not None:
            tracer.send()


@MadeOnce
def call_tracer() -> CallTracer | None:
    """The tracer of this process; None if OpenTelemetry's SDK is not installed."""
    try:
        from fourfold.models.span_export import otlp_tracer  # noqa: PLC0415 - 0.2 s, which few deployments need
    except ModuleNotFoundError as absent:
        logger.warning("%s is set, but this deployment does not include %s", OTLP_ENDPOINT, absent.name)
        return None
    return otlp_tracer(os.environ)


def _of_request(name: str, request: ModelRequest | ChatRequest) -> Attributes:
    provider, model = provider_and_model(name)
    attributes: Attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDER_NAMES.get(provider, provider),
        "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": request.max_tokens,
        "gen_ai.output.type": "json" if isinstance(request, ModelRequest) else "text",
        "fourfold.repair": isinstance(request, ModelRequest) and request.repair is not None,
    }
    if request.temperature is not None:
        attributes["gen_ai.request.temperature"] = request.temperature
    return attributes


def _of_work(work: Work | None) -> Attributes:
    if work is None:
        return {}
    named = {
        "fourfold.work": work.kind,
        "fourfold.workspace_id": work.workspace_id,
        "fourfold.persona_id": work.persona_id,
        "fourfold.run_id": work.run_id,
        "gen_ai.conversation.id": work.session_id,
    }
    return {name: value for name, value in named.items() if value is not None}


def _of_completion(completion: Completion) -> Attributes:
    return {
        "gen_ai.response.model": completion.model,
        "gen_ai.response.finish_reasons": ["length" if completion.truncated else "stop"],
        **_of_usage(completion.usage, completion.cost_usd),
    }


def _of_failure(error: BaseException) -> Attributes:
    """The kind of the failure and what the call cost. Its text may quote a prompt."""
    if not isinstance(error, ModelError):
        return {"error.type": type(error).__name__}
    attributes: Attributes = {"error.type": error.failure.value}
    if (reason := _FINISH_REASONS.get(error.failure)) is not None:
        attributes["gen_ai.response.finish_reasons"] = [reason]
    return attributes | _of_usage(error.spent.usage, error.spent.cost_usd)


def _of_usage(usage: TokenUsage, cost_usd: float | None) -> Attributes:
    """Tokens as the conventions count them: input with what a cache kept, output with reasoning."""
    attributes: Attributes = {
        "gen_ai.usage.input_tokens": usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.cache_creation.input_tokens": usage.cache_write_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }
    if cost_usd is not None:
        # Not in the conventions; Langfuse takes it instead of its own estimate.
        attributes["gen_ai.usage.cost"] = cost_usd
    return attributes
