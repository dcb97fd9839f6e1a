"""Runs one step: requests an answer from the model chain, and checks it against its schema and the constraint chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fourfold.constraints import Violation
from fourfold.llm.answer_reader import read_answer
from fourfold.llm.fallback import Chain, CheckedAnswer, Deadline, Watcher, rejected
from fourfold.llm.port import LanguageModel, ModelCall, OnProgress
from fourfold.pipeline.audit import judged_by
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState
from fourfold.pipeline.step import AppliedAnswer, Output, Step


@dataclass(frozen=True)
class StepOutcome:
    """The state after the step, the provider and model that answered, all model calls, and the remaining violations."""

    state: RunState
    provider: str
    model: str
    calls: tuple[ModelCall, ...]
    violations: tuple[Violation, ...]


def run_step(  # noqa: PLR0913, PLR0917 - what a chain needs
    step: Step[Output],
    state: RunState,
    models: Sequence[LanguageModel],
    deadline: Deadline,
    watcher: Watcher,
    on_progress: OnProgress | None = None,
) -> StepOutcome:
    """Runs the step without storage or log.

    Args:
        step: the step to run.
        state: the result of `RunState.reset_for`, with the run's pinned settings.
        models: the model chain, in the order of the requests.
        deadline: of the whole step.
        watcher: is notified of repairs and fallbacks.
        on_progress: receives the output tokens so far of calls that stream.

    Raises:
        ModelError: no model returned an answer that matches the schema; `calls` lists the attempts.
    """
    answer = Chain(
        models=models,
        question=lambda repair: step.request(state, repair),
        judge=lambda text: _judge(step, state, text),
        deadline=deadline,
        watcher=watcher,
        settings=f"engine.pipeline.{step.name}",
        on_progress=on_progress,
    ).ask()
    applied = answer.value
    # The state keeps the remaining violations for the audit's prompt, bounded because Step Functions limits its size.
    violations = tuple(applied.violations)
    recorded = applied.state.model_copy(update={"violations": (*state.violations, *violations)[:MAX_VIOLATIONS]})
    if recorded.audit is not None:  # a fallback may have answered instead of the configured model
        recorded = recorded.model_copy(update={"audit": judged_by(recorded.audit, f"{answer.provider}:{answer.model}")})
    return StepOutcome(recorded, answer.provider, answer.model, answer.calls, violations)


def _judge(step: Step[Output], state: RunState, text: str) -> CheckedAnswer[AppliedAnswer]:
    read = read_answer(step.output_type, text)
    if read.value is None:
        return rejected(read)
    applied = step.apply(state, read.value)
    problems = tuple(
        f"{violation.field} is {violation.observed}; must be {violation.demand}" for violation in applied.violations
    )
    return CheckedAnswer(applied, problems, tuple(violation.field for violation in applied.violations), read.notes)
