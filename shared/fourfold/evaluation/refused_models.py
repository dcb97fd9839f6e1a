"""Models that refuse an evaluation: they would answer nothing that it asks later, so it ends (decision 97)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fourfold.errors import FourfoldError
from fourfold.evaluation.record import PAIRS_AT_ONCE
from fourfold.llm.advice import ADVICE
from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelCall, ModelFailure
from fourfold.pipeline.failure import model_problem
from fourfold.problem import Problem
from fourfold.progress.run import Run

_MODEL: Final = "model_"


class ModelRefusedError(FourfoldError):
    """A model of the evaluation refuses its key, its quota or its requests; the calls so far are stored."""


def is_refused(failure: ModelFailure | None, brief: int) -> bool:
    """Whether a failed call shows that the model answers no call of the evaluation.

    A rejected request shows it in the first pairs alone, where a model that does not exist or a setting that it does
    not accept is rejected too. Later one, of a very long brief perhaps, costs its own pair.
    """
    return failure in DEPLOYMENT_FAILURES or (failure is ModelFailure.BAD_REQUEST and brief < PAIRS_AT_ONCE)


def refusal_of_run(run: Run | None, brief: int) -> Problem | None:
    """Returns the problem of a cell's run if a model refused it."""
    error = None if run is None else run.error
    if error is None or not error.code.startswith(_MODEL):
        return None
    kind = error.code.removeprefix(_MODEL)
    return error if kind in set(ModelFailure) and is_refused(ModelFailure(kind), brief) else None


def refusal_of_calls(calls: Iterable[ModelCall], brief: int) -> Problem | None:
    """Returns the problem of the first call of the judge, or of a persona's reply, that a model refused."""
    for call in calls:
        if call.failure is not None and is_refused(call.failure, brief):
            return model_problem(call.failure, f"{call.reason or ''} {ADVICE[call.failure]}")
    return None
