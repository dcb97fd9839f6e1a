"""Runs one step: asks the model chain, and judges each answer by its schema and by the constraint chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fourfold.constraints import Violation
from fourfold.llm.answer_reader import read_answer
from fourfold.llm.fallback import Chain, CheckedAnswer, Deadline, Watcher, rejected
from fourfold.llm.port import LanguageModel, ModelCall, OnProgress
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState
from fourfold.pipeline.step import Applied, Output, Step


@dataclass(frozen=True)
class StepOutcome:
    """The state after the step, the model that answered, every call sent, and the constraints still broken."""

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
    """A function of state and models; time enters only through `deadline`. No storage, no log.

    Args:
        step: which of the six.
        state: as `RunState.entering` left it; the config it is pinned to travels inside.
        models: the chain to ask, the configured model first.
        deadline: the deadline of the whole step.
        watcher: receives repairs and fallbacks as they happen.
        on_progress: receives the output tokens so far of calls that stream.

    Raises:
        ModelError: no model gave an answer that fits the schema; `calls` holds what was tried.
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
    # Constraints still broken go into the state, for the audit to see; the state's size bounds how many.
    standing = tuple(applied.violations)
    recorded = applied.state.model_copy(update={"violations": (*state.violations, *standing)[:MAX_VIOLATIONS]})
    if recorded.audit is not None:  # the judge is who judged, which may be a fallback
        judge = f"{answer.provider}:{answer.model}"
        recorded = recorded.model_copy(update={"audit": recorded.audit.model_copy(update={"judge": judge})})
    return StepOutcome(recorded, answer.provider, answer.model, answer.calls, standing)


def _judge(step: Step[Output], state: RunState, text: str) -> CheckedAnswer[Applied]:
    read = read_answer(step.output_type, text)
    if read.value is None:
        return rejected(read)
    applied = step.apply(state, read.value)
    problems = tuple(f"{broken.field} is {broken.observed}; must be {broken.demand}" for broken in applied.violations)
    return CheckedAnswer(applied, problems, tuple(broken.field for broken in applied.violations), read.notes)
