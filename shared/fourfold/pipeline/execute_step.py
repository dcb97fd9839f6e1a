"""Executes one step of a run: logs what happens, and never pays twice for an answer that is stored already."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel, ModelError, ModelFailure
from fourfold.pipeline.run_step import StepOutcome, run_step
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Output, Step
from fourfold.progress.events import (
    AuditScored,
    PipelineRetrying,
    StepCompleted,
    StepFailed,
    StepFallback,
    StepProgress,
    StepRepaired,
    StepStarted,
)
from fourfold.progress.log import RunLog, RunOverError
from fourfold.progress.run import tokens_and_cost
from fourfold.steps import StepName

# How often a call that streams is logged: a local model may write for minutes.
PROGRESS_EVERY_S = 5.0


def execute_step(
    step: Step[Output], state: RunState, models: Sequence[LanguageModel], log: RunLog, deadline: Deadline
) -> RunState:
    """The state after `step`; the log gets `step.started`, `step.progress`, `step.completed` and the like.

    A Lambda that died after its model had answered is retried by the state machine: the checkpoint beside
    `step.completed` then answers instead of the model.

    Raises:
        ModelError: no model of the chain gave a usable answer; what the calls cost is logged as `step.failed`.
        RunOverError: the run has ended, or its persona is deleted; no further call is sent.
    """
    entered = state.entering(step.name)
    attempt = entered.attempt
    retry_from = StepName(entered.config.pipeline.audit.retry_from)
    if attempt > 1 and step.name is retry_from:
        log.append(PipelineRetrying(attempt=attempt, retry_from=retry_from, findings=len(entered.findings)))
    log.append(StepStarted(step=step.name, attempt=attempt))
    paid = log.checkpoint(step.name, attempt)
    after = _ask(step, entered, models, log, deadline) if paid is None else RunState.model_validate_json(paid)
    if step.name is StepName.AUDIT and after.audit is not None:
        audit = after.audit
        log.append(
            AuditScored(attempt=attempt, overall=audit.overall, scores=audit.scores, findings=len(audit.findings))
        )
    return after.model_copy(update={"log_seq": log.seen})


@dataclass
class _Logged:
    """Writes what a chain does into the run's log."""

    log: RunLog
    step: StepName
    attempt: int
    began: float
    told: float = 0.0

    def progress(self, tokens: int) -> None:
        """Logs seconds and tokens of a call that streams; raises RunOverError when the run is over."""
        now = time.monotonic()
        if now - max(self.told, self.began) < PROGRESS_EVERY_S:
            return
        self.told = now
        self.log.append(
            StepProgress(step=self.step, attempt=self.attempt, seconds=round(now - self.began), tokens=tokens)
        )

    def still_running(self) -> None:
        """Raises RunOverError when the run is over."""
        if self.log.over():
            raise RunOverError

    def repairing(self, place: int, model: str, problems: int) -> None:
        self.log.append(StepRepaired(step=self.step, attempt=self.attempt, place=place, model=model, problems=problems))

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        self.log.append(
            StepFallback(
                step=self.step,
                attempt=self.attempt,
                place=place,
                from_model=model,
                to_model=following,
                failure=failure,
            )
        )


def _ask(
    step: Step[Output], entered: RunState, models: Sequence[LanguageModel], log: RunLog, deadline: Deadline
) -> RunState:
    began = time.perf_counter()
    watcher = _Logged(log, step.name, entered.attempt, time.monotonic())
    deadline = replace(deadline, check=watcher.still_running)
    try:
        outcome = run_step(step, entered, models, deadline, watcher, watcher.progress)
    except ModelError as error:
        failed = StepFailed(
            step=step.name,
            attempt=entered.attempt,
            failure=error.failure,
            duration_ms=_milliseconds_since(began),
            calls=error.calls,
        )
        log.append(failed)
        raise
    completed = _completed(step, entered.attempt, outcome, _milliseconds_since(began))
    log.append(completed, checkpoint=outcome.state.model_dump_json())
    return outcome.state


def _completed(step: Step[Output], attempt: int, outcome: StepOutcome, duration_ms: int) -> StepCompleted:
    tokens, cost_usd = tokens_and_cost(outcome.calls)
    return StepCompleted(
        step=step.name,
        attempt=attempt,
        provider=outcome.provider,
        model=outcome.model,
        duration_ms=duration_ms,
        tokens=tokens,
        cost_usd=cost_usd,
        violations=len(outcome.violations),
        calls=outcome.calls,
    )


def _milliseconds_since(began: float) -> int:
    return round((time.perf_counter() - began) * 1000)
