"""The run record, and its attempts and usage, which are derived from the event log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Literal

from fourfold.config.engine import PinnedConfig
from fourfold.config.scope import UNCOMMITTED, Revisions
from fourfold.ids import BatchId, EvaluationId, PersonaId, RunId
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Document, Language, Seed, StepUsage, TokenUsage, Usage
from fourfold.problem import Problem
from fourfold.progress.events import AuditScored, StepCompleted, StepFailed
from fourfold.progress.log import LogEntry
from fourfold.steps import StepName

NameScope = Literal["workspace", "batch"]


class RunStatus(StrEnum):
    """The status of a run. `completed` and `failed` are final."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class RunKind(StrEnum):
    """What a run does: generate a persona, audit its layers, a background job for it, or evaluate A against B."""

    GENERATION = "generation"
    AUDIT = "audit"
    FINGERPRINT = "fingerprint"
    PROVOCATION = "provocation"
    VOICE_CHECK = "voice_check"
    EVALUATION = "evaluation"

    @property
    def is_pipeline(self) -> bool:
        """Whether the state machine executes the run; the queues execute the background jobs.

        An evaluation has a state machine of its own.
        """
        return self in {RunKind.GENERATION, RunKind.AUDIT}


class StepRecord(Document):
    """One step of one attempt, with its duration and its total cost over all model calls.

    `failure` is null unless no model returned a usable answer; `provider` and `model` are then those of the last call.
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
    """One attempt (1-4). `overall` is the audit's score (0-5), null until the audit is completed.

    `confirmed_score` is the second score of a passing attempt, and then `overall` too; null if there was none.
    """

    attempt: int
    overall: float | None = None
    first_score: float | None = None
    confirmed_score: float | None = None
    steps: tuple[StepRecord, ...] = ()


class Run(Document):
    """A run of the pipeline, whose first step is `start_at`, of a background job, or of an evaluation.

    A run keeps the settings it started with: `config` (for the pipeline), read at `config_revisions`, with the settings
    of its request applied. `config_revision` is the workspace's revision; `config_hash` is the hash of all engine
    settings. `author` is the id of the API key that asked for the run, `reason` the reason it gave; null if not
    recorded. `language` (BCP 47) is the one that the persona must speak; null if the brief decides. `seed`
    is what the run varies the brief by; null if it does not.
    `batch_id` is the request with `count` that started the run; null for others. A name that the brief leaves open
    differs from those of the workspace's recent personas, or only from those of the batch (`distinct_names`); null if
    it may be any.
    `cancel_requested_at` is when the run was asked to end before its next model call. `reserved_usd` is what the run
    held of the budgets that limit it when it began; null if none does. An evaluation has
    no persona; `evaluation_id` is its id, of a generation the evaluation that the persona is made for.
    """

    id: RunId
    kind: RunKind = RunKind.GENERATION
    persona_id: PersonaId | None
    workspace_id: str
    status: RunStatus
    start_at: StepName = StepName.INTENT_PARSE
    attempts: tuple[AttemptRecord, ...] = ()
    usage: Usage = Usage()
    config_hash: str
    config_revision: int = 0
    config_revisions: Revisions = UNCOMMITTED
    config: PinnedConfig | None = None
    language: Language | None = None
    seed: Seed | None = None
    batch_id: BatchId | None = None
    distinct_names: NameScope | None = None
    author: str | None = None
    reason: str | None = None
    error: Problem | None = None
    started_at: datetime
    cancel_requested_at: datetime | None = None
    reserved_usd: float | None = None
    completed_at: datetime | None = None
    evaluation_id: EvaluationId | None = None

    @property
    def owner(self) -> str:
        """The persona's id.

        Raises:
            ValueError: the run is an evaluation.
        """
        if self.persona_id is None:
            raise ValueError(f"{self.id} has no persona")
        return self.persona_id


def with_progress(run: Run, entries: Iterable[LogEntry]) -> Run:
    """Returns the run with attempts and usage from its log. A job is returned unchanged: it stores its usage itself."""
    if not run.kind.is_pipeline:
        return run
    steps: dict[int, list[StepRecord]] = {}
    first: dict[int, float] = {}
    confirmed: dict[int, float] = {}
    for entry in entries:
        match entry.event:
            case StepCompleted() as done:
                steps.setdefault(done.attempt, []).append(StepRecord(**done.model_dump(exclude={"type", "attempt"})))
            case StepFailed() as failed:
                steps.setdefault(failed.attempt, []).append(_failed(failed))
            case AuditScored() as scored:
                (confirmed if scored.kind == "confirmation" else first)[scored.attempt] = scored.overall
    attempts = tuple(
        AttemptRecord(
            attempt=number,
            overall=confirmed.get(number, first.get(number)),
            first_score=first.get(number),
            confirmed_score=confirmed.get(number),
            steps=tuple(done),
        )
        for number, done in sorted(steps.items())
    )
    return run.model_copy(update={"attempts": attempts, "usage": usage_of(attempts)})


def tokens_and_cost(calls: Iterable[ModelCall]) -> tuple[TokenUsage, float | None]:
    """Returns the total tokens and USD of the calls. The USD are None if one price is unknown."""
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
    """Returns the usage over all attempts, in total and by step. USD are None where one price is unknown."""
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
