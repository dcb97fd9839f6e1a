"""What a run can log. Field names are the wire's: the same object reaches SSE, WebSocket and the CLI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Document, PersonaStatus, Scores, TokenUsage
from fourfold.problem import Problem
from fourfold.steps import StepName


class RunStarted(Document):
    """The run exists and its state machine is about to start."""

    type: Literal["run.started"] = "run.started"


class StepStarted(Document):
    """A step of an attempt (1-4) has begun."""

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
    """An answer was refused, cut off, or broke its schema or the constraint chain; its model is asked once more.

    `problems` counts what is wrong; `place` is the model's place in the step's chain, from 0.
    """

    type: Literal["step.repaired"] = "step.repaired"
    step: StepName
    attempt: int
    place: int = 0
    model: str
    problems: int


class StepFallback(Document):
    """A model of the step's chain gave nothing usable, for `failure`; the next one is asked."""

    type: Literal["step.fallback"] = "step.fallback"
    step: StepName
    attempt: int
    place: int
    from_model: str
    to_model: str
    failure: ModelFailure


class StepFailed(Document):
    """No model of the chain gave a usable answer. `calls` tell what was tried and what it cost all the same."""

    type: Literal["step.failed"] = "step.failed"
    step: StepName
    attempt: int
    failure: ModelFailure
    duration_ms: int
    calls: tuple[ModelCall, ...]


class StepCompleted(Document):
    """A step is done: what answered, how long it took, what it cost (`cost_usd` null: price unknown).

    `tokens` and `cost_usd` are over all of `calls`, failed ones included.
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
    """The audit's verdict on an attempt, scores 0-5."""

    type: Literal["audit.scored"] = "audit.scored"
    attempt: int
    overall: float
    scores: Scores
    findings: int


class PipelineRetrying(Document):
    """The audit was below the gate: attempt number `attempt` begins at `retry_from` with the findings."""

    type: Literal["pipeline.retrying"] = "pipeline.retrying"
    attempt: int
    retry_from: StepName
    findings: int


class PipelineCompleted(Document):
    """Terminal: the persona is stored as `active` or `flagged`."""

    type: Literal["pipeline.completed"] = "pipeline.completed"
    status: PersonaStatus
    duration_ms: int


class PipelineFailed(Document):
    """Terminal: no persona; `problem` says why and what to do."""

    type: Literal["pipeline.failed"] = "pipeline.failed"
    problem: Problem
    duration_ms: int


class JobStarted(Document):
    """A background job has begun; `kind` says which."""

    type: Literal["job.started"] = "job.started"
    kind: Literal["fingerprint", "provocation"]


class JobProgress(Document):
    """`done` of the job's `total` items are finished and kept: none of them is asked or paid for again."""

    type: Literal["job.progress"] = "job.progress"
    kind: Literal["fingerprint", "provocation"]
    done: int
    total: int


class JobCompleted(Document):
    """Terminal: the job's result is stored. `tokens` and `cost_usd` (null: a price unknown) are over all its calls."""

    type: Literal["job.completed"] = "job.completed"
    kind: Literal["fingerprint", "provocation"]
    duration_ms: int
    tokens: TokenUsage
    cost_usd: float | None


class JobFailed(Document):
    """Terminal: no result; `problem` says why and what to do."""

    type: Literal["job.failed"] = "job.failed"
    kind: Literal["fingerprint", "provocation"]
    problem: Problem
    duration_ms: int


Happening = (
    RunStarted
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

_ADAPTER: TypeAdapter[Happening] = TypeAdapter(Annotated[Happening, Field(discriminator="type")])


def event_from(fields: Mapping[str, Any]) -> Happening:
    """The happening a stored object describes.

    Raises:
        pydantic.ValidationError: it describes none.
    """
    return _ADAPTER.validate_python(fields, strict=False)


def key_of(happening: Happening) -> str:
    """What makes a happening the same one: writing it twice stores it once."""
    if isinstance(happening, JobProgress):
        return f"{happening.type}/{happening.done}"
    if isinstance(happening, StepProgress):
        return f"{happening.type}/{happening.step}/{happening.attempt}/{happening.seconds}"
    step = getattr(happening, "step", "")
    attempt = getattr(happening, "attempt", "")
    place = getattr(happening, "place", None)
    return f"{happening.type}/{step}/{attempt}" + ("" if place is None else f"/{place}")
