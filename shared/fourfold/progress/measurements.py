"""What a run's events say in numbers: duration, tokens, cost, retries, repairs, fallbacks and failures.

Every metric of runs, steps, models and jobs is derived from the events of the run log, so it agrees with what a client
of the run sees. No measurement names a workspace, a persona or a run, and none holds text of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from fourfold.llm.port import CACHE_WRITE_WASTED, ModelCall
from fourfold.persona import PersonaStatus
from fourfold.progress.events import (
    AuditScored,
    JobCompleted,
    JobFailed,
    PipelineCompleted,
    PipelineFailed,
    PipelineRetrying,
    RunEvent,
    RunStarted,
    StepCompleted,
    StepFailed,
    StepFallback,
    StepRepaired,
)

Unit = Literal["Count", "Milliseconds", "None"]
_USD: Final = "None"  # CloudWatch has no unit for money


@dataclass(frozen=True, slots=True)
class Measurement:
    """One value of the metric `name`. `dimensions` (name -> value) take few values, whatever callers do."""

    name: str
    value: float
    unit: Unit = "Count"
    dimensions: dict[str, str] = field(default_factory=dict)


def measurements(event: RunEvent) -> Iterator[Measurement]:
    """The measurements of one event; none for an event that only announces what follows.

    `RunFailed`, `RunFlagged` and `JobFailed` are 0 or 1 for each that ended, so that their average is a rate.
    """
    match event:
        case RunStarted():
            yield Measurement("RunsStarted", 1)
        case StepCompleted():
            yield Measurement("StepDuration", event.duration_ms, "Milliseconds", {"step": event.step.value})
            yield from call_measurements(event.calls)
        case StepFailed():
            yield Measurement("StepsFailed", 1, "Count", {"step": event.step.value})
            yield from call_measurements(event.calls)
        case StepRepaired() | StepFallback():
            name = "Repairs" if isinstance(event, StepRepaired) else "Fallbacks"
            yield Measurement(name, 1, "Count", {"step": event.step.value})
        case PipelineRetrying():
            yield Measurement("AuditRetries", 1)
        case AuditScored():
            yield Measurement("AuditScore", event.overall, "None")
        case PipelineCompleted() | PipelineFailed():
            yield Measurement("RunFailed", float(isinstance(event, PipelineFailed)))
            yield Measurement("RunDuration", event.duration_ms, "Milliseconds")
            if isinstance(event, PipelineCompleted):
                yield Measurement("RunFlagged", float(event.status is PersonaStatus.FLAGGED))
        case JobCompleted():
            yield Measurement("JobFailed", 0, "Count", {"job": event.kind})
            yield Measurement("JobDuration", event.duration_ms, "Milliseconds", {"job": event.kind})
            if event.cost_usd is not None:
                yield Measurement("CostUsd", event.cost_usd, _USD)
        case JobFailed():
            yield Measurement("JobFailed", 1, "Count", {"job": event.kind})
        case _:
            return


def call_measurements(calls: Sequence[ModelCall]) -> Iterator[Measurement]:
    """The measurements of model calls, answered or not."""
    for call in calls:
        # Not by model: a workspace may configure any name, and CloudWatch bills for each combination of dimensions.
        provider = {"provider": call.provider}
        yield Measurement("ModelDuration", call.duration_ms, "Milliseconds", provider)
        yield Measurement("InputTokens", _input_tokens(call), "Count", provider)
        yield Measurement("OutputTokens", call.tokens.output_tokens, "Count", provider)
        if call.failure is not None:
            yield Measurement("ModelFailures", 1, "Count", {"provider": call.provider, "failure": call.failure.value})
        if CACHE_WRITE_WASTED in call.notes:
            yield Measurement("CacheWritesWasted", 1, "Count", provider)
        if call.cost_usd is not None:
            yield Measurement("ModelCostUsd", call.cost_usd, _USD, provider)
            yield Measurement("CostUsd", call.cost_usd, _USD)


def _input_tokens(call: ModelCall) -> int:
    tokens = call.tokens
    return tokens.input_tokens + tokens.cache_read_tokens + tokens.cache_write_tokens
