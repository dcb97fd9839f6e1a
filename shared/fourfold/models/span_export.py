"""Sends spans of model calls over OTLP/HTTP. The only module that imports OpenTelemetry's SDK."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)
from opentelemetry.util.re import parse_env_headers

from fourfold.models.call_spans import OTLP_HEADERS
from fourfold.models.credentials import stored_text
from fourfold.trace import Work, parent_id, trace_id

# An export may delay the end of an invocation by so much, once in a minute if the receiver does not answer.
TIMEOUT_S: Final = 2.0
PAUSE_S: Final = 60.0
_DELAY_MS: Final = 1000


def otlp_tracer(environment: Mapping[str, str]) -> CallTracer:
    """The tracer that sends to the receiver which the environment names, with the headers that it names or stores."""
    stored = stored_text(OTLP_HEADERS)
    headers = None if stored is None else parse_env_headers(stored, liberal=True)
    exporter = OTLPSpanExporter(timeout=TIMEOUT_S, headers=headers)
    return CallTracer(PausingExporter(exporter), f"fourfold-{environment.get('FOURFOLD_STAGE', 'local')}")


class PausingExporter(SpanExporter):
    """Sends by another exporter, and drops spans for a minute after a failure: a dead receiver must delay nothing."""

    def __init__(self, exporter: SpanExporter, clock: Callable[[], float] = time.monotonic) -> None:
        self._exporter = exporter
        self._clock = clock
        self._paused_until = clock()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends the spans, or drops them in a pause."""
        if self._clock() < self._paused_until:
            return SpanExportResult.FAILURE
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self._paused_until = self._clock() + PAUSE_S
        return result

    def shutdown(self) -> None:
        """Ends the other exporter."""
        self._exporter.shutdown()


class CallTracer:
    """Makes spans of model calls. All of one run, or of one request, are in one trace."""

    def __init__(self, exporter: SpanExporter, service: str) -> None:
        provider = TracerProvider(resource=Resource.create({"service.name": service}), id_generator=_TraceIds())
        self._processor = BatchSpanProcessor(exporter, schedule_delay_millis=_DELAY_MS)
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("fourfold")

    @contextmanager
    def span(self, name: str, work: Work | None) -> Iterator[Span]:
        """A span of a call; an exception ends it with the status ERROR, without the exception's text."""
        token = _trace.set(_trace_of(work))
        try:
            span = self._tracer.start_span(name, context=_parent_of(work), kind=SpanKind.CLIENT)
        finally:
            _trace.reset(token)
        try:
            yield span
        except BaseException:
            span.set_status(StatusCode.ERROR)
            raise
        finally:
            span.end()

    def send(self) -> None:
        """Sends the spans that have ended; returns when they are sent or given up, within two seconds."""
        self._processor.force_flush()


_trace: ContextVar[int | None] = ContextVar("trace_of_next_span", default=None)


class _TraceIds(RandomIdGenerator):
    """Ids of spans at random; the trace's id is that of the work, for a span without a parent."""

    def generate_trace_id(self) -> int:
        return _trace.get() or super().generate_trace_id()


def _trace_of(work: Work | None) -> int | None:
    """X-Ray's trace id, whose 32 digits are OpenTelemetry's; else one that follows from the run."""
    if work is None:
        return None
    if (root := trace_id(work.trace)) is not None:
        return int(root.replace("-", "")[1:], 16)
    return None if work.run_id is None else int.from_bytes(hashlib.sha256(work.run_id.encode()).digest()[:16])


def _parent_of(work: Work | None) -> Context:
    """The segment of X-Ray that the call belongs to, if there is one. It counts as sampled: a span costs little."""
    parent, trace = parent_id(work.trace) if work else None, _trace_of(work)
    if parent is None or trace is None:
        return Context()
    remote = SpanContext(trace, int(parent, 16), is_remote=True, trace_flags=TraceFlags(TraceFlags.SAMPLED))
    return set_span_in_context(NonRecordingSpan(remote), Context())
