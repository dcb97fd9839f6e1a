"""Executes one step of a run and logs its progress. A model answer that is already stored is not requested again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel, ModelError, ModelFailure, StoppedError
from fourfold.persona import Audit
from fourfold.pipeline.distinct_name import NameRegistry, with_claims, with_free_name, with_recent_names
from fourfold.pipeline.refine import READ_TONE, unmeasured
from fourfold.pipeline.refusal import require_accepted
from fourfold.pipeline.rewrite import Refinement
from fourfold.pipeline.run_step import StepOutcome, keep_layer, run_step
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
from fourfold.progress.log import RunLog
from fourfold.progress.run import tokens_and_cost
from fourfold.steps import StepName

# How often a call that streams is logged: a local model may write for minutes.
PROGRESS_EVERY_S = 5.0


def execute_step(  # noqa: PLR0913, PLR0917 - what a step needs
    step: Step[Output],
    state: RunState,
    models: Sequence[LanguageModel],
    log: RunLog,
    deadline: Deadline,
    names: NameRegistry | None = None,
) -> RunState:
    """Executes `step` and returns the state after it.

    Logs `step.started`, then `step.completed` or `step.failed`, and where they apply `pipeline.retrying`,
    `step.repaired`, `step.fallback` and `audit.scored`.

    If a Lambda function dies after its model answered, the state machine retries it. The state after the step is stored
    as a checkpoint with `step.completed`; the retry returns it instead of paying for the same answer again.

    A step whose layer the run keeps asks no model and logs nothing. `names` keeps the name that the step gives apart
    from others.

    Raises:
        ModelError: no model of the chain returned a usable answer. `step.failed` records the cost of the calls.
        RunOverError: the run has ended, or its persona is deleted; no further call is sent.
        BriefRefusedError: the brief is of a kind that is refused; the calls that found it are logged.
        StoppedError: the run was cancelled, its evaluation has stopped, or a budget has too little left; the calls sent
            before are logged.
    """
    if state.keeps(step.name):
        return keep_layer(step.name, state)
    current = state.reset_for(step.name)
    attempt = current.attempt
    retry_from = StepName(current.config.pipeline.audit.retry_from)
    if attempt > 1 and step.name is retry_from:
        found = current.findings
        log.append(PipelineRetrying(attempt=attempt, retry_from=retry_from, findings=len(found), audit_findings=found))
    log.append(StepStarted(step=step.name, attempt=attempt))
    checkpoint = log.checkpoint(step.name, attempt)
    if checkpoint is None:
        log.require_not_cancelled()
    after = (
        _run_and_log(step, current, models, log, deadline, names)
        if checkpoint is None
        else RunState.model_validate_json(checkpoint)
    )
    if step.name in {StepName.AUDIT, StepName.CONFIRM_AUDIT} and after.audit is not None:
        log.append(_scored(after.audit, attempt))
    if after.draft.parse is not None:
        require_accepted(after.draft.parse.refusal, after.config.safety)
    log.require_not_cancelled()  # the next step's writer begins after these entries and would not read them
    return after.model_copy(update={"log_seq": log.seen})


def _scored(audit: Audit, attempt: int) -> AuditScored:
    return AuditScored(
        attempt=attempt,
        kind="first" if audit.confirmed_score is None else "confirmation",
        overall=audit.overall,
        scores=audit.scores,
        findings=len(audit.findings),
        judge=audit.judge,
        rubric_version=audit.rubric_version,
    )


@dataclass
class _LogWatcher:
    """Logs the repairs, fallbacks and progress of a model chain."""

    log: RunLog
    step: StepName
    attempt: int
    began: float
    logged_at: float = 0.0

    def progress(self, tokens: int) -> None:
        """Logs seconds and tokens of a call that streams; raises RunOverError when the run is over."""
        now = time.monotonic()
        if now - max(self.logged_at, self.began) < PROGRESS_EVERY_S:
            return
        self.logged_at = now
        self.log.append(
            StepProgress(step=self.step, attempt=self.attempt, seconds=round(now - self.began), tokens=tokens)
        )

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


def _run_and_log(  # noqa: PLR0913, PLR0917 - as `execute_step`
    step: Step[Output],
    current: RunState,
    models: Sequence[LanguageModel],
    log: RunLog,
    deadline: Deadline,
    names: NameRegistry | None,
) -> RunState:
    started = time.perf_counter()
    watcher = _LogWatcher(log, step.name, current.attempt, time.monotonic())
    deadline = replace(deadline, check=log.require_wanted)
    if names is not None:
        step, current = with_claims(step, names), with_recent_names(current, names)
    try:
        outcome = run_step(step, current, models, deadline, watcher, watcher.progress)
        if step.name is StepName.AUDIT and current.rewrite is not None and current.rewrite.refine is not None:
            outcome = _with_move(outcome, current.rewrite.refine, models, deadline, watcher)
    except (ModelError, StoppedError) as error:
        if not error.calls:  # stopped before the first call: nothing was spent
            raise
        failure = error.failure if isinstance(error, ModelError) else error.calls[-1].failure
        failed = StepFailed(
            step=step.name,
            attempt=current.attempt,
            failure=failure or ModelFailure.INVALID_OUTPUT,
            duration_ms=_elapsed_ms(started),
            calls=error.calls,
        )
        log.append(failed)
        raise
    if names is not None:
        outcome = with_free_name(outcome, names)
    outcome = _with_spending(outcome)
    completed = _completed(step, current.attempt, outcome, _elapsed_ms(started))
    log.append(completed, checkpoint=outcome.state.model_dump_json())
    return outcome.state


def _with_spending(outcome: StepOutcome) -> StepOutcome:
    """Returns the outcome with its calls in what the run has spent. Only a run that a budget limits counts that."""
    state = outcome.state
    if state.reserved_usd is None:
        return outcome
    cost = sum(call.cost_usd or 0.0 for call in outcome.calls)
    return replace(outcome, state=state.model_copy(update={"spent_usd": state.spent_usd + cost}))


def _with_move(
    outcome: StepOutcome,
    refinement: Refinement,
    models: Sequence[LanguageModel],
    deadline: Deadline,
    watcher: _LogWatcher,
) -> StepOutcome:
    """Returns the audit's outcome with the measured move of the refined layer, and with the calls of the reading.

    Raises:
        StoppedError: the run was cancelled during the call; its calls include the audit's.
    """
    try:
        reading = run_step(READ_TONE, outcome.state, models, deadline, watcher, watcher.progress)
        refined, calls = reading.state.refined, reading.calls
    except ModelError as error:  # the audit is paid and counts; only the move is unknown
        refined, calls = unmeasured(refinement), error.calls
    except StoppedError as error:
        error.calls = (*outcome.calls, *error.calls)
        raise
    state = outcome.state.model_copy(update={"refined": refined})
    return replace(outcome, state=state, calls=(*outcome.calls, *calls))


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


def _elapsed_ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
