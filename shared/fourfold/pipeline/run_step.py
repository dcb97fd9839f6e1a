"""Runs one step: ask, validate, check against the chain, ask for one repair, keep the better answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from pydantic import ValidationError

from fourfold.constraints import Violation
from fourfold.language_model import Completion, LanguageModel, ModelError, ModelFailure, Repair
from fourfold.pipeline.state import MAX_VIOLATIONS, RunState
from fourfold.pipeline.step import Output, Step


@dataclass(frozen=True)
class StepOutcome:
    """The state after the step, every model call it took (repairs too), and what still stands broken."""

    state: RunState
    calls: tuple[Completion, ...]
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class _Judged(Generic[Output]):
    """An answer that was read: the state with it applied (None if it did not validate), and what is wrong with it."""

    state: RunState | None
    violations: tuple[Violation, ...]
    problems: tuple[str, ...]


def run_step(
    step: Step[Output], state: RunState, model: LanguageModel, on_repair: Callable[[int], object] = lambda _: None
) -> StepOutcome:
    """A pure function of state and model: no clock, no storage, no log.

    Args:
        step: which of the six.
        state: as `RunState.entering` left it; the config it is pinned to travels inside.
        model: answers; its own retries are none.
        on_repair: told the number of problems when a repair is asked for.

    Raises:
        ModelError: the model gave no answer, or neither of two answers fits the schema.
    """
    first = model.complete(step.request(state))
    judged = _judge(step, state, first)
    if judged.state is not None and not judged.problems:
        return StepOutcome(judged.state, (first,), ())
    on_repair(len(judged.problems))
    try:
        second = model.complete(step.request(state, Repair(first.text, judged.problems)))
    except ModelError:
        if judged.state is None:
            raise
        return _outcome(judged.state, (first,), judged.violations)
    again = _judge(step, state, second)
    kept = again if again.state is not None and len(again.problems) <= len(judged.problems) else judged
    kept = again if kept.state is None else kept
    if kept.state is None:
        raise ModelError(ModelFailure.INVALID_OUTPUT, f"two answers to {step.name} did not fit its schema")
    return _outcome(kept.state, (first, second), kept.violations)


def _outcome(state: RunState, calls: tuple[Completion, ...], standing: tuple[Violation, ...]) -> StepOutcome:
    """Records what still stands broken in the state, for the audit to see; the state's size bounds how much."""
    recorded = state.model_copy(update={"violations": (*state.violations, *standing)[:MAX_VIOLATIONS]})
    return StepOutcome(recorded, calls, standing)


def _judge(step: Step[Output], state: RunState, completion: Completion) -> _Judged[Output]:
    try:
        output = step.output_type.model_validate_json(completion.text)
    except ValidationError as error:
        problems = tuple(
            f"{'/'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}"
            for fault in error.errors(include_url=False, include_context=False, include_input=False)
        )
        return _Judged(None, (), problems)
    applied = step.apply(state, output)
    problems = tuple(f"{broken.field} is {broken.observed}; must be {broken.demand}" for broken in applied.violations)
    return _Judged(applied.state, tuple(applied.violations), problems)
