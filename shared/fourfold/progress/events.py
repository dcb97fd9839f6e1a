"""The events of a run's log. SSE, WebSocket and the CLI receive the same objects, with the same field names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Document, Finding, PersonaStatus, Scores, TokenUsage
from fourfold.problem import Problem
from fourfold.steps import StepName

JobKind = Literal["fingerprint", "provocation", "voice_check", "evaluation"]


class RunStarted(Document):
    """The run is stored; its execution starts next."""

    type: Literal["run.started"] = "run.started"


class RunCancelling(Document):
    """The run was cancelled: it sends no further model call. A call in progress is completed and counted."""

    type: Literal["run.cancelling"] = "run.cancelling"


class StepStarted(Document):
    """A step of an attempt (1-4) has started."""

    type: Literal["step.started"] = "step.started"
    step: StepName
    attempt: int


class StepProgress(Document):
    """A model of the step is writing: `seconds` since the step began, `tokens` of the present answer so far.

    Logged every five seconds for models that stream (local servers); others are silent until they have answered.
    """

    type: Literal["step.progress"] = "step.progress"
    step: StepName
    attempt: int
    seconds: int
    tokens: int


class StepRepaired(Document):
    """An answer was refused, truncated, or violated its schema or the constraint chain; its model is asked once more.

    `problems` is the number of violations; `place` is the model's zero-based index in the step's chain.
    """

    type: Literal["step.repaired"] = "step.repaired"
    step: StepName
    attempt: int
    place: int = 0
    model: str
    problems: int


class StepFallback(Document):
    """A model of the step's chain returned no usable answer, because of `failure`; the next model is asked.

    `place` is the failed model's zero-based index in the chain.
    """

    type: Literal["step.fallback"] = "step.fallback"
    step: StepName
    attempt: int
    place: int
    from_model: str
    to_model: str
    failure: ModelFailure


class StepFailed(Document):
    """No model of the chain returned a usable answer. `calls` lists the attempted model calls with their cost."""

    type: Literal["step.failed"] = "step.failed"
    step: StepName
    attempt: int
    failure: ModelFailure
    duration_ms: int
    calls: tuple[ModelCall, ...]


class StepCompleted(Document):
    """A step is completed by `model` of `provider`.

    `tokens` and `cost_usd` are totals over all `calls`, failed ones included. `cost_usd` is null if a price is unknown.
    """

    type: Literal["step.completed"] = "step.completed"
    step: StepName
    attempt: int
    provider: str
    model: str
    duration_ms: int
    tokens: TokenUsage
    cost_usd: float | None
    violations: int = 0
    calls: tuple[ModelCall, ...] = ()


class AuditScored(Document):
    """The audit's scores (0-5) of an attempt by `judge`, and its number of findings.

    `kind` is `first` for the audit and `confirmation` for the second, independent score of a passing draft.
    """

    type: Literal["audit.scored"] = "audit.scored"
    attempt: int
    kind: Literal["first", "confirmation"] = "first"
    overall: float
    scores: Scores
    findings: int
    judge: str | None = None
    rubric_version: str | None = None


class PipelineRetrying(Document):
    """The audit's score was too low: the next attempt, number `attempt`, starts at `retry_from` with the findings.

    `findings` is their number; `audit_findings` are they themselves, at most 12, and empty in logs of earlier versions.
    """

    type: Literal["pipeline.retrying"] = "pipeline.retrying"
    attempt: int
    retry_from: StepName
    findings: int
    audit_findings: tuple[Finding, ...] = ()


class PipelineCompleted(Document):
    """Terminal event: the persona is stored with status `active` or `flagged`."""

    type: Literal["pipeline.completed"] = "pipeline.completed"
    status: PersonaStatus
    duration_ms: int


class PipelineFailed(Document):
    """Terminal event: the run failed; `problem` says why and what to do."""

    type: Literal["pipeline.failed"] = "pipeline.failed"
    problem: Problem
    duration_ms: int


class JobStarted(Document):
    """A background job or an evaluation has started."""

    type: Literal["job.started"] = "job.started"
    kind: JobKind


class JobProgress(Document):
    """`done` of `total` items are completed and stored, of an evaluation its pairs. A restart does not repeat them."""

    type: Literal["job.progress"] = "job.progress"
    kind: JobKind
    done: int
    total: int


class JobCompleted(Document):
    """Terminal event: the job's result is stored. `tokens` and `cost_usd` (null: unknown) are totals over its calls.

    The personas of an evaluation have runs of their own, so their calls are not among those of its run.
    """

    type: Literal["job.completed"] = "job.completed"
    kind: JobKind
    duration_ms: int
    tokens: TokenUsage
    cost_usd: float | None


class JobFailed(Document):
    """Terminal event: the job failed; `problem` says why and what to do."""

    type: Literal["job.failed"] = "job.failed"
    kind: JobKind
    problem: Problem
    duration_ms: int


RunEvent = (
    RunStarted
    | RunCancelling
    | StepStarted
    | StepProgress
    | StepRepaired
    | StepFallback
    | StepFailed
    | StepCompleted
    | AuditScored
    | PipelineRetrying
    | PipelineCompleted
    | PipelineFailed
    | JobStarted
    | JobProgress
    | JobCompleted
    | JobFailed
)

TERMINAL_TYPES = frozenset({"pipeline.completed", "pipeline.failed", "job.completed", "job.failed"})

_ADAPTER: TypeAdapter[RunEvent] = TypeAdapter(Annotated[RunEvent, Field(discriminator="type")])


def event_from(fields: Mapping[str, Any]) -> RunEvent:
    """Parses a stored event.

    Raises:
        pydantic.ValidationError: the fields are no known event.
    """
    return _ADAPTER.validate_python(fields, strict=False)


def event_key(event: RunEvent) -> str:
    """Returns the key that identifies the event within its run: an event with a known key is not written again."""
    if isinstance(event, JobProgress):
        return f"{event.type}/{event.done}"
    if isinstance(event, StepProgress):
        return f"{event.type}/{event.step}/{event.attempt}/{event.seconds}"
    if isinstance(event, AuditScored) and event.kind == "confirmation":
        return f"{event.type}/confirmation/{event.attempt}"
    step = getattr(event, "step", "")
    attempt = getattr(event, "attempt", "")
    place = getattr(event, "place", None)
    return f"{event.type}/{step}/{attempt}" + ("" if place is None else f"/{place}")
