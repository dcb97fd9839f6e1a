"""Keeps the name of a new persona apart from those of other personas: of its batch, or of its workspace.

Runs write at the same time, so none can know the names of the others: a run claims the name of its answer. A claimed
name is a violation, for which the model gets one repair request; if the name of the repair is claimed too, an initial
makes it another one. A name that the brief states stays as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from string import ascii_uppercase
from typing import Final, Protocol

from fourfold.constraints import Fact, Violation
from fourfold.pipeline.run_step import StepOutcome
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Output, Step
from fourfold.steps import StepName

FIELD: Final = "surface.name"
# A name of the surface has at most 160 characters, of which the initial takes three.
_LONGEST: Final = 157
NAMING_STEPS: Final = frozenset({StepName.SURFACE_GROUND, StepName.SINGLE_CALL})


class NameRegistry(Protocol):
    """The names of one run's batch or workspace."""

    def recent(self) -> tuple[str, ...]:
        """Returns the names of the workspace's recent personas, newest first; none if only the batch counts."""

    def claim(self, name: str) -> bool:
        """Claims a name, in the form of `name_form`, for the run; False if another run has claimed it."""


def name_form(name: str) -> str:
    """Returns the form in which names are compared: compatibility forms, case and punctuation make no difference."""
    return " ".join(re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold()))


def with_recent_names(state: RunState, names: NameRegistry) -> RunState:
    """Returns the state in which the step sees the names to avoid; unchanged if the brief states the name."""
    return state if _is_stated(state, "") else state.model_copy(update={"avoid_names": names.recent()})


def with_claims(step: Step[Output], names: NameRegistry) -> Step[Output]:
    """Returns the step for whose first answer a name that another persona has is a violation.

    Any further answer with such a name gets an initial: no other model is asked because of a name.
    """
    has_been_refused = False

    def apply(state: RunState, output: Output) -> AppliedAnswer:
        nonlocal has_been_refused
        applied = step.apply(state, output)
        name = _name_of(applied.state)
        if _is_stated(state, name) or _is_free(name, state, names):
            return applied
        free = _with_free_initial(name, state, names) if has_been_refused else None
        has_been_refused = True
        if free is None:
            return replace(applied, violations=[*applied.violations, _taken(step.name, name)])
        return replace(applied, state=_named(applied.state, free))

    return replace(step, apply=apply)


def with_free_name(outcome: StepOutcome, names: NameRegistry) -> StepOutcome:
    """Returns the outcome of `with_claims`: a first answer's name that nothing replaced gets an initial too."""
    state, name = outcome.state, _name_of(outcome.state)
    free = None
    if any(violation.field == FIELD for violation in outcome.violations) and not _is_stated(state, name):
        free = _with_free_initial(name, state, names)
    if free is None:
        return replace(outcome, state=state.model_copy(update={"avoid_names": ()}))
    changed = {"violations": _without_name(state.violations), "avoid_names": ()}
    named = _named(state, free).model_copy(update=changed)
    return replace(outcome, state=named, violations=_without_name(outcome.violations))


def _name_of(state: RunState) -> str:
    return "" if state.draft.surface is None else state.draft.surface.name


def _is_stated(state: RunState, name: str) -> bool:
    """Whether the brief states the name. The single call has no facts: there, a word of the name is in the brief."""
    if any(isinstance(link.constraint, Fact) and link.constraint.field == FIELD for link in state.constraints):
        return True
    if state.config.pipeline.method != "single_call":
        return False
    return not {*name_form(name).split()}.isdisjoint(name_form(state.intent).split())


def _is_free(name: str, state: RunState, names: NameRegistry) -> bool:
    form = name_form(name)
    return form not in map(name_form, state.avoid_names) and names.claim(form)


def _without_name(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    return tuple(violation for violation in violations if violation.field != FIELD)


def _taken(step: StepName, name: str) -> Violation:
    demand = "another name, because another persona has this one; where you can, another given name too"
    return Violation(source=step, field=FIELD, observed=name[:200], demand=demand)


def _named(state: RunState, name: str) -> RunState:
    if state.draft.surface is None:
        return state
    surface = state.draft.surface.model_copy(update={"name": name})
    return state.model_copy(update={"draft": state.draft.model_copy(update={"surface": surface})})


def _with_free_initial(name: str, state: RunState, names: NameRegistry) -> str | None:
    """Returns the name with the first initial that makes it free, claimed for the run; None if none does."""
    candidates = (_with_initial(name, letter) for letter in ascii_uppercase)
    return next((each for each in candidates if _is_free(each, state, names)), None)


def _with_initial(name: str, letter: str) -> str:
    """Returns the name with an initial before its last word: "Ada B. Lovelace"."""
    first, separator, last = name[:_LONGEST].rpartition(" ")
    return f"{first} {letter}. {last}" if separator else f"{last} {letter}."
