"""Performs one step of a run: logs it as it goes, and never pays twice for an answer it already has."""

from __future__ import annotations

import time

from fourfold.language_model import Completion, LanguageModel
from fourfold.persona import TokenUsage
from fourfold.pipeline.run_step import StepOutcome, run_step
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import Output, Step
from fourfold.progress.happenings import AuditScored, PipelineRetrying, StepCompleted, StepRepaired, StepStarted
from fourfold.progress.log import RunLog
from fourfold.steps import StepName


def perform(step: Step[Output], state: RunState, model: LanguageModel, log: RunLog) -> RunState:
    """The state after `step`, with `step.started`, `step.completed` and their kin in the log.

    A Lambda that died after its model had answered is retried by the state machine: the checkpoint beside
    `step.completed` then answers instead of the model.

    Raises:
        ModelError: the model gave no usable answer.
    """
    entered = state.entering(step.name)
    attempt = entered.attempt
    retry_from = StepName(entered.config.pipeline.audit.retry_from)
    if attempt > 1 and step.name is retry_from:
        log.append(PipelineRetrying(attempt=attempt, retry_from=retry_from, findings=len(entered.findings)))
    log.append(StepStarted(step=step.name, attempt=attempt))
    paid = log.checkpoint(step.name, attempt)
    after = _ask(step, entered, model, log) if paid is None else RunState.model_validate_json(paid)
    if step.name is StepName.AUDIT and after.audit is not None:
        audit = after.audit
        log.append(
            AuditScored(attempt=attempt, overall=audit.overall, scores=audit.scores, findings=len(audit.findings))
        )
    return after.model_copy(update={"log_seq": log.seen})


def _ask(step: Step[Output], entered: RunState, model: LanguageModel, log: RunLog) -> RunState:
    began = time.perf_counter()
    outcome = run_step(
        step,
        entered,
        model,
        on_repair=lambda problems: log.append(StepRepaired(step=step.name, attempt=entered.attempt, problems=problems)),
    )
    duration_ms = round((time.perf_counter() - began) * 1000)
    log.append(_completed(step, entered.attempt, outcome, duration_ms), checkpoint=outcome.state.model_dump_json())
    return outcome.state


def _completed(step: Step[Output], attempt: int, outcome: StepOutcome, duration_ms: int) -> StepCompleted:
    last = outcome.calls[-1]
    return StepCompleted(
        step=step.name,
        attempt=attempt,
        provider=last.provider,
        model=last.model,
        duration_ms=duration_ms,
        tokens=sum((call.usage for call in outcome.calls), start=TokenUsage()),
        cost_usd=_total(outcome.calls),
        violations=len(outcome.violations),
    )


def _total(calls: tuple[Completion, ...]) -> float | None:
    costs = [call.cost_usd for call in calls]
    return None if None in costs else sum(cost for cost in costs if cost is not None)
