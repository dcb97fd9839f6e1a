"""Runs one step: requests an answer from the model chain, and checks it against its schema and the constraint chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from fourfold.constraints import Violation
from fourfold.llm.fallback import Chain, CheckedAnswer, Deadline, Watcher
from fourfold.llm.port import LanguageModel, ModelCall
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState
from fourfold.pipeline.step import AppliedAnswer, Output, Step
from fourfold.text_rules import cleaned_json


@dataclass(frozen=True)
class StepOutcome:
    """The state after the step, the provider and model that answered, all model calls, and the remaining violations."""

    state: RunState
    provider: str
    model: str
    calls: tuple[ModelCall, ...]
    violations: tuple[Violation, ...]


def run_step(
    step: Step[Output], state: RunState, models: Sequence[LanguageModel], deadline: Deadline, watcher: Watcher
) -> StepOutcome:
    """Runs the step without storage or log.

    Args:
        step: the step to run.
        state: the result of `RunState.reset_for`, with the run's pinned settings.
        models: the model chain, in the order of the requests.
        deadline: of the whole step.
        watcher: is notified of repairs and fallbacks.

    Raises:
        ModelError: no model returned an answer that matches the schema; `calls` lists the attempts.
    """
    answer = Chain(
        models=models,
        question=lambda repair: step.request(state, repair),
        judge=lambda text: _judge(step, state, text),
        deadline=deadline,
        watcher=watcher,
    ).ask()
    applied = answer.value
    # The state keeps the remaining violations for the audit's prompt, bounded because Step Functions limits its size.
    violations = tuple(applied.violations)
    recorded = applied.state.model_copy(update={"violations": (*state.violations, *violations)[:MAX_VIOLATIONS]})
    if recorded.audit is not None:  # a fallback may have answered instead of the configured model
        judge = f"{answer.provider}:{answer.model}"
        recorded = recorded.model_copy(update={"audit": recorded.audit.model_copy(update={"judge": judge})})
    return StepOutcome(recorded, answer.provider, answer.model, answer.calls, violations)


def _judge(step: Step[Output], state: RunState, text: str) -> CheckedAnswer[AppliedAnswer]:
    try:
        output = step.output_type.model_validate_json(cleaned_json(text))
    except ValidationError as invalid:
        problems = tuple(
            f"{'/'.join(map(str, error['loc'])) or 'answer'}: {error['msg']}"
            for error in invalid.errors(include_url=False, include_context=False, include_input=False)
        )
        return CheckedAnswer(None, problems)
    applied = step.apply(state, output)
    problems = tuple(
        f"{violation.field} is {violation.observed}; must be {violation.demand}" for violation in applied.violations
    )
    return CheckedAnswer(applied, problems)
