"""An event of every type that a run log holds."""

from __future__ import annotations

from typing import Final, get_args

from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import PersonaStatus, Scores, TokenUsage
from fourfold.problem import problem
from fourfold.progress.events import (
    AuditScored,
    JobCompleted,
    JobFailed,
    JobProgress,
    JobStarted,
    PipelineCompleted,
    PipelineFailed,
    PipelineRetrying,
    RunCancelling,
    RunEvent,
    RunStarted,
    StepCompleted,
    StepFailed,
    StepFallback,
    StepProgress,
    StepRepaired,
    StepStarted,
)
from fourfold.steps import StepName

TOKENS: Final = TokenUsage(input_tokens=100, cache_read_tokens=20, cache_write_tokens=3, output_tokens=50)
ANSWERED: Final = ModelCall(provider="anthropic", model="claude", duration_ms=900, tokens=TOKENS, cost_usd=0.02)
REFUSED: Final = ModelCall(
    provider="openai", model="gpt", failure=ModelFailure.REFUSED, duration_ms=200, tokens=TOKENS, cost_usd=None
)
PROBLEM: Final = problem("model_refused", "No usable answer", 502, "Reword the brief.")
_SOUL: Final = StepName.SOUL_DRAFT

EXAMPLES: Final[tuple[RunEvent, ...]] = (
    RunStarted(),
    StepStarted(step=_SOUL, attempt=1),
    RunCancelling(),
    StepProgress(step=_SOUL, attempt=1, seconds=5, tokens=80),
    StepRepaired(step=_SOUL, attempt=1, model="claude", problems=2),
    StepFallback(step=_SOUL, attempt=1, place=0, from_model="gpt", to_model="claude", failure=ModelFailure.REFUSED),
    StepFailed(step=_SOUL, attempt=1, failure=ModelFailure.REFUSED, duration_ms=200, calls=(REFUSED,)),
    StepCompleted(
        step=_SOUL,
        attempt=1,
        provider="anthropic",
        model="claude",
        duration_ms=1200,
        tokens=TOKENS + TOKENS,
        cost_usd=None,
        calls=(REFUSED, ANSWERED),
    ),
    AuditScored(
        attempt=1,
        overall=4.1,
        scores=Scores(coherence=4, depth=4, cultural_fidelity=4, voice_distinctiveness=4, realism=4.5),
        findings=0,
    ),
    PipelineRetrying(attempt=2, retry_from=_SOUL, findings=3),
    PipelineCompleted(status=PersonaStatus.ACTIVE, duration_ms=30_000),
    PipelineFailed(problem=PROBLEM, duration_ms=9_000),
    JobStarted(kind="fingerprint"),
    JobProgress(kind="fingerprint", done=3, total=50),
    JobCompleted(kind="fingerprint", duration_ms=60_000, tokens=TOKENS, cost_usd=0.03),
    JobFailed(kind="provocation", problem=PROBLEM, duration_ms=1_000),
)

assert {type(event) for event in EXAMPLES} == set(get_args(RunEvent)), "an event type has no example"
