"""Models that refuse an evaluation: they would answer nothing that it asks later, so it ends (decision 97)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fourfold.errors import FourfoldError
from fourfold.llm.advice import ADVICE
from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelCall
from fourfold.pipeline.failure import model_problem
from fourfold.problem import Problem
from fourfold.progress.run import Run

_CODES: Final = frozenset(f"model_{failure}" for failure in DEPLOYMENT_FAILURES)


class ModelRefusedError(FourfoldError):
    """The provider of a model refuses the key or has no quota left; the calls so far are stored."""


def refusal_of_run(run: Run | None) -> Problem | None:
    """Returns the problem of a cell's run if a provider refused it."""
    error = None if run is None else run.error
    return error if error is not None and error.code in _CODES else None


def refusal_of_calls(calls: Iterable[ModelCall]) -> Problem | None:
    """Returns the problem of the first call of the judge, or of a persona's reply, that a provider refused."""
    for call in calls:
        if call.failure in DEPLOYMENT_FAILURES:
            return model_problem(call.failure, f"{call.reason or ''} {ADVICE[call.failure]}")
    return None
