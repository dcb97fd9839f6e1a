"""The run record, and how attempts and usage are read off the event log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from fourfold.config.engine import PinnedConfig
from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.ids import PersonaId, RunId
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Document, StepUsage, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import AuditScored, StepCompleted, StepFailed
from fourfold.progress.log import LogEntry
from fourfold.steps import StepName


class RunStatus(StrEnum):
    """Where a run stands; the last two are final."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class RunKind(StrEnum):
    """What a run does: writes a persona, or one of the background jobs that follow."""

    GENERATION = "generation"
    FINGERPRINT = "fingerprint"
    PROVOCATION = "provocation"


class StepRecord(Document):
    """One step of one attempt: what answered, how long it took (ms), what it cost over all its calls.

    `failure` is null unless no model gave a usable answer; provider and model are then those asked last.
    """

    step: StepName
    provider: str
    model: str
    failure: ModelFailure | None = None
    duration_ms: int
    tokens: TokenUsage
    cost_usd: float | None
    violations: int = 0
    calls: tuple[ModelCall, ...] = ()


class AttemptRecord(Document):
    """One attempt (1-4); `overall` is null until its audit has scored it."""

    attempt: int
    overall: float | None = None
    steps: tuple[StepRecord, ...] = ()


class Run(Document):
    """One run of the pipeline, whose first step is `start_at`, or of a background job.

    A pipeline's `attempts` and `usage` are filled from the log. It is pinned to `config`, read at `config_revisions`
    (`config_revision` is the workspace's) with what its request laid over it; `config_hash` names the engine's
    settings as a whole.
    """

    id: RunId
    kind: RunKind = RunKind.GENERATION
    persona_id: PersonaId
    workspace_id: str
    status: RunStatus
    start_at: StepName = StepName.INTENT_PARSE
    attempts: tuple[AttemptRecord, ...] = ()
    usage: Usage = Usage()
    config_hash: str
    config_revision: int = 0
    config_revisions: Revisions = UNCOMMITTED
    config: PinnedConfig | None = None
    error: Problem | None = None
    started_at: datetime
    completed_at: datetime | None = None


def with_progress(run: Run, entries: Iterable[LogEntry]) -> Run:
    """The run with its attempts and usage as the log tells them; a job's usage is stored when it ends."""
    if run.kind is not RunKind.GENERATION:
        return run
    steps: dict[int, list[StepRecord]] = {}
    overall: dict[int, float] = {}
    for entry in entries:
        match entry.event:
            case StepCompleted() as done:
                steps.setdefault(done.attempt, []).append(StepRecord(**done.model_dump(exclude={"type", "attempt"})))
            case StepFailed() as failed:
                steps.setdefault(failed.attempt, []).append(_failed(failed))
            case AuditScored() as scored:
                overall[scored.attempt] = scored.overall
    attempts = tuple(
        AttemptRecord(attempt=number, overall=overall.get(number), steps=tuple(done))
        for number, done in sorted(steps.items())
    )
    return run.model_copy(update={"attempts": attempts, "usage": usage_of(attempts)})


def tokens_and_cost(calls: Iterable[ModelCall]) -> tuple[TokenUsage, float | None]:
    """Tokens and USD of some calls. One unknown price makes the sum unknown."""
    made = list(calls)
    return sum((call.tokens for call in made), start=TokenUsage()), _sum([call.cost_usd for call in made])


def _failed(step: StepFailed) -> StepRecord:
    tokens, cost_usd = tokens_and_cost(step.calls)
    last = step.calls[-1] if step.calls else None
    return StepRecord(
        step=step.step,
        provider=last.provider if last else "",
        model=last.model if last else "",
        failure=step.failure,
        duration_ms=step.duration_ms,
        tokens=tokens,
        cost_usd=cost_usd,
        calls=step.calls,
    )


def usage_of(attempts: Iterable[AttemptRecord]) -> Usage:
    """Tokens, USD and milliseconds over all attempts, in all and by step. One unknown price makes a total unknown."""
    by_step: dict[StepName, StepUsage] = {}
    for record in (step for attempt in attempts for step in attempt.steps):
        spent = by_step.get(record.step, StepUsage(tokens=TokenUsage(), cost_usd=0.0, duration_ms=0))
        by_step[record.step] = StepUsage(
            tokens=spent.tokens + record.tokens,
            cost_usd=_sum([spent.cost_usd, record.cost_usd]),
            duration_ms=spent.duration_ms + record.duration_ms,
        )
    tokens = sum((usage.tokens for usage in by_step.values()), start=TokenUsage())
    return Usage(tokens=tokens, cost_usd=_sum([usage.cost_usd for usage in by_step.values()]), by_step=by_step)


def _sum(costs: Iterable[float | None]) -> float | None:
    known = list(costs)
    return None if None in known else round(sum(cost for cost in known if cost is not None), 6)
