"""Runs one step: requests an answer from the model chain, and checks it against its schema and the constraint chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fourfold.constraints import Violation, check_mask, check_self, check_surface, contradictory_bounds
from fourfold.layers import attribute_of
from fourfold.llm.answer_reader import read_answer
from fourfold.llm.fallback import Chain, CheckedAnswer, Deadline, Watcher, rejected
from fourfold.llm.port import LanguageModel, ModelCall, OnProgress
from fourfold.pipeline.audit import judged_by
from fourfold.pipeline.rewrite import LAYER_OF_STEP, is_kept, with_kept_fields
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState, step_of
from fourfold.pipeline.step import AppliedAnswer, Output, Step
from fourfold.steps import StepName


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
    applied = step.apply(state, _with_kept_fields(step, state, read.value))
    # A model cannot repair a violation in a field that it may not change.
    found = [violation for violation in applied.violations if not is_kept(violation.field, state.rewrite)]
    problems = tuple(f"{violation.field} is {violation.observed}; must be {violation.demand}" for violation in found)
    return CheckedAnswer(applied, problems, tuple(violation.field for violation in found), read.notes)


def _with_kept_fields(step: Step[Output], state: RunState, answer: Output) -> Output:
    """Returns the answer in whose layer the kept fields have their values."""
    layer = LAYER_OF_STEP.get(step.name)
    if layer is None or state.rewrite is None:
        return answer
    attribute = attribute_of(layer)
    kept = with_kept_fields(getattr(answer, attribute), layer, state.rewrite)
    return answer.model_copy(update={attribute: kept})


def keep_layer(step: StepName, state: RunState) -> RunState:
    """Returns the state after a step whose layer is kept: no model is asked, the layer is checked as it is."""
    draft, chain = state.draft, state.constraints
    found: list[Violation] = []
    match step:
        case StepName.SOUL_DRAFT:
            found = contradictory_bounds(chain)
        case StepName.SELF_ENRICH if draft.self_ is not None:
            found = check_self(draft.self_, chain)
        case StepName.MASK_BUILD if draft.mask is not None:
            found = check_mask(draft.mask, chain, state.language)
        case StepName.SURFACE_GROUND if draft.surface is not None:
            found = check_surface(draft.surface, chain)
    earlier = [violation for violation in state.violations if step_of(violation) is not step]
    return state.model_copy(update={"violations": (*earlier, *found)[:MAX_VIOLATIONS]})
