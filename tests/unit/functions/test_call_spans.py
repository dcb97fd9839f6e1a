"""Spans of model calls: what a receiver of OpenTelemetry gets, what it never gets, and what a dead one costs."""

from __future__ import annotations

import importlib
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities import parameters
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import error_attributes, gen_ai_attributes
from pydantic import BaseModel

from fourfold.llm.port import (
    ChatMessage,
    ChatRequest,
    Completion,
    ContextBlock,
    ModelError,
    ModelFailure,
    ModelRequest,
    Repair,
    Spent,
)
from fourfold.models import call_spans, resolve, resolve_chat
from fourfold.models.span_export import PausingExporter
from fourfold.persona import TokenUsage
from fourfold.trace import Work, working
from tests.invocation import Invocation
from tests.span_receiver import SpanReceiver, attributes
from tests.unit.functions.conftest import SAMPLES, load

CANARY = "canary-text-51c0"
ROOT, PARENT = "5759e988bd862e3fe1be46a994272793", "53995c3f42cd8ad8"
HEADER = f"Root=1-5759e988-bd862e3fe1be46a994272793;Parent={PARENT};Sampled=0"
OF_OURS = {"gen_ai.usage.cost"}
"""Not in the conventions: Langfuse reads it."""


class Adapter:
    """A model that answers with `outcome`, or raises it."""

    def __init__(self, outcome: Completion | Exception) -> None:
        self.outcome = outcome

    def complete(self, _request: ModelRequest) -> Completion:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def reply(self, request: ChatRequest, _on_text: object = None) -> Completion:
        return self.complete(cast("ModelRequest", request))


def completion(**changes: Any) -> Completion:
    usage = TokenUsage(
        input_tokens=10, cache_read_tokens=200, cache_write_tokens=3000, output_tokens=50, reasoning_tokens=20
    )
    return Completion(
        **{
            "text": CANARY,
            "provider": "google",
            "model": "gemini-3.8-flash-001",
            "usage": usage,
            "cost_usd": 0.5,
            **changes,
        }
    )


def question(**changes: Any) -> ModelRequest:
    return ModelRequest(
        **{
            "system": CANARY,
            "context": (ContextBlock("brief", CANARY),),
            "task": CANARY,
            "output_type": BaseModel,
            "max_tokens": 900,
            "timeout_s": 5,
            "temperature": 0.4,
            **changes,
        }
    )


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpanReceiver]:
    with SpanReceiver() as started:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", started.url)
        call_spans.call_tracer.cache_clear()
        yield started
        call_spans.call_tracer.cache_clear()


def asked(monkeypatch: pytest.MonkeyPatch, outcome: Completion | Exception, request: ModelRequest | None = None) -> Any:
    monkeypatch.setattr("fourfold.models.adapter", lambda _name: Adapter(outcome))
    return resolve("google:gemini-3.8-flash").complete(request or question())


def only(receiver: SpanReceiver) -> Span:
    [span] = receiver.spans()
    return span


def test_a_call_is_a_span_of_the_conventions(receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work("soul_draft", "ws_1", "per_1", "run_1", "ses_1")
    with call_spans.spans_sent(work):
        assert asked(monkeypatch, completion()).text == CANARY
    span = only(receiver)
    assert (span.name, span.kind) == ("chat gemini-3.8-flash", Span.SPAN_KIND_CLIENT)
    assert attributes(span) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "gcp.gemini",
        "gen_ai.request.model": "gemini-3.8-flash",
        "gen_ai.request.max_tokens": 900,
        "gen_ai.request.temperature": 0.4,
        "gen_ai.output.type": "json",
        "gen_ai.conversation.id": "ses_1",
        "gen_ai.response.model": "gemini-3.8-flash-001",
        "gen_ai.response.finish_reasons": ["stop"],
        "gen_ai.usage.input_tokens": 3210,
        "gen_ai.usage.cache_read.input_tokens": 200,
        "gen_ai.usage.cache_creation.input_tokens": 3000,
        "gen_ai.usage.output_tokens": 50,
        "gen_ai.usage.reasoning.output_tokens": 20,
        "gen_ai.usage.cost": 0.5,
        "fourfold.work": "soul_draft",
        "fourfold.workspace_id": "ws_1",
        "fourfold.persona_id": "per_1",
        "fourfold.run_id": "run_1",
        "fourfold.repair": False,
    }
    assert CANARY.encode() not in b"".join(receiver.bodies)


def test_names_are_those_that_opentelemetry_publishes(receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    published = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    published.add(error_attributes.ERROR_TYPE)
    refused = ModelError(ModelFailure.REFUSED, CANARY)
    with call_spans.spans_sent(Work("chat", "ws_1", session_id="ses_1")):
        asked(monkeypatch, completion(truncated=True))
        with pytest.raises(ModelError):
            asked(monkeypatch, refused)
    used = {name for span in receiver.spans() for name in attributes(span)}
    assert {name for name in used if not name.startswith("fourfold.")} <= published | OF_OURS
    providers = {provider.value for provider in gen_ai_attributes.GenAiProviderNameValues}
    assert set(call_spans.PROVIDER_NAMES.values()) | {"anthropic", "openai"} <= providers


@pytest.mark.parametrize(
    ("error", "kind", "reasons"),
    [
        (ModelError(ModelFailure.REFUSED, CANARY, advice=CANARY), "refused", ["content_filter"]),
        (ModelError(ModelFailure.TRUNCATED, CANARY), "truncated", ["length"]),
        (ModelError(ModelFailure.OVERLOADED, CANARY), "overloaded", None),
        (RuntimeError(CANARY), "RuntimeError", None),
    ],
    ids=["refused", "truncated", "overloaded", "a fault of ours"],
)
def test_a_failed_call_has_its_kind_its_cost_and_no_text(
    receiver: SpanReceiver,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    kind: str,
    reasons: list[str] | None,
) -> None:
    if isinstance(error, ModelError):
        error.spent = Spent(TokenUsage(input_tokens=7), 0.25)
    request = question(repair=Repair(CANARY, (CANARY,)), temperature=None)
    with pytest.raises(type(error)), call_spans.spans_sent(Work("audit", "ws_1")):
        asked(monkeypatch, error, request)
    span = only(receiver)
    found = attributes(span)
    assert (span.status.code, span.status.message, len(span.events)) == (Status.STATUS_CODE_ERROR, "", 0)
    assert found["error.type"] == kind
    assert found.get("gen_ai.response.finish_reasons") == reasons
    assert found["fourfold.repair"] is True
    assert "gen_ai.request.temperature" not in found
    if isinstance(error, ModelError):
        assert (found["gen_ai.usage.input_tokens"], found["gen_ai.usage.cost"]) == (7, 0.25)
    assert CANARY.encode() not in b"".join(receiver.bodies)


def test_a_call_belongs_to_the_trace_of_x_ray(receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where X-Ray itself does not sample the trace."""
    with call_spans.spans_sent(Work("audit", "ws_1", run_id="run_1", trace=HEADER)):
        asked(monkeypatch, completion())
    assert (only(receiver).trace_id.hex(), only(receiver).parent_span_id.hex()) == (ROOT, PARENT)


def test_without_x_ray_the_calls_of_a_run_are_one_trace(
    receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind, run in (("soul_draft", "run_1"), ("audit", "run_1"), ("audit", "run_2")):
        with call_spans.spans_sent(Work(kind, "ws_1", run_id=run)):
            asked(monkeypatch, completion())
    first, second, other = receiver.spans()
    assert first.trace_id == second.trace_id != other.trace_id
    assert first.span_id != second.span_id
    assert [span.parent_span_id for span in receiver.spans()] == [b"", b"", b""]


def test_a_job_calls_its_models_on_threads(receiver: SpanReceiver) -> None:
    request = ChatRequest(system=CANARY, messages=(ChatMessage("user", CANARY),), max_tokens=50, timeout_s=5)
    with call_spans.spans_sent(Work("fingerprint", "ws_1", run_id="run_1")):
        model = resolve_chat("offline:composer-1")
        with ThreadPoolExecutor(1) as pool:
            pool.submit(model.reply, request).result()
    found = attributes(only(receiver))
    assert (found["fourfold.work"], found["gen_ai.output.type"]) == ("fingerprint", "text")


def test_a_step_sends_its_span_before_it_returns(receiver: SpanReceiver, world: Any) -> None:
    state = load(SAMPLES / "soul_draft" / "first_attempt.json")
    after = importlib.import_module("functions.soul_draft.handler").handler(state, Invocation())
    found = attributes(only(receiver))
    assert (found["fourfold.work"], found["fourfold.run_id"]) == ("soul_draft", world.run_id)
    sent = b"".join(receiver.bodies).decode(errors="replace")
    assert state["intent"] not in sent
    assert after["draft"]["soul"]["desire"] not in sent


def test_headers_of_the_receiver_come_from_a_secret_store(
    receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS_SSM_PARAMETER", "/fourfold/dev/otlp-headers")
    stored = {"/fourfold/dev/otlp-headers": "Authorization=Basic cGstbGY6c2stbGY="}
    monkeypatch.setattr(parameters, "get_parameter", lambda name, **_options: stored[name])
    with call_spans.spans_sent(Work("audit", "ws_1")):
        asked(monkeypatch, completion())
    assert receiver.headers["authorization"] == "Basic cGstbGY6c2stbGY="


def test_a_dead_receiver_fails_nothing_and_is_asked_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """It accepts connections and never answers: the worst of dead ones, since each export waits for its time-out."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as dead:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{dead.getsockname()[1]}")
        monkeypatch.setattr("fourfold.models.span_export.TIMEOUT_S", 0.1)
        call_spans.call_tracer.cache_clear()
        for _ in range(6):
            with call_spans.spans_sent(Work("audit", "ws_1")):
                assert asked(monkeypatch, completion()).text == CANARY
        call_spans.call_tracer.cache_clear()
        dead.settimeout(0.05)
        dead.accept()[0].close()
        with pytest.raises(TimeoutError):
            dead.accept()


def test_spans_are_sent_again_after_the_pause() -> None:
    now, inner = [0.0], Failing()
    exporter = PausingExporter(inner, lambda: now[0])
    span = cast("ReadableSpan", object())
    outcomes = []
    for second in (0, 1, 59, 60, 61, 119, 121):
        now[0] = second
        inner.failing = second < 100
        outcomes.append((exporter.export([span]).name, inner.asked))
    assert outcomes == [
        ("FAILURE", 1),
        ("FAILURE", 1),
        ("FAILURE", 1),
        ("FAILURE", 2),
        ("FAILURE", 2),
        ("FAILURE", 2),
        ("SUCCESS", 3),
    ]


class Failing(InMemorySpanExporter):
    """Counts how often it is asked, and fails while `failing`."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.failing = 0, True

    def export(self, spans: Any) -> SpanExportResult:
        self.asked += 1
        return SpanExportResult.FAILURE if self.failing else super().export(spans)


def test_where_the_sdk_is_not_installed_calls_are_made_and_the_log_says_so(
    receiver: SpanReceiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delitem(sys.modules, "fourfold.models.span_export", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    with call_spans.spans_sent(Work("audit", "ws_1")), working(Work("audit", "ws_1")):
        assert asked(monkeypatch, completion()).text == CANARY
    assert receiver.bodies == []
    [line] = caplog.messages
    assert "does not include opentelemetry.sdk" in line
