"""What the first pairs show: a judge without a usable answer, or a side whose requests are rejected (decision 97)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Final

from fourfold.evaluation.judging import Judgement
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import PAIRS_AT_ONCE, Evaluation
from fourfold.evaluation.store import EvaluationStore, judgement_key
from fourfold.llm.advice import ADVICE
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.pipeline.failure import model_problem
from fourfold.problem import Problem
from fourfold.progress.run import Run

_REJECTED: Final = f"model_{ModelFailure.BAD_REQUEST}"


def is_among_first(evaluation: Evaluation, brief: int) -> bool:
    """Whether a pair is one of the first, which are made at the same time, and more pairs follow."""
    return brief < PAIRS_AT_ONCE < evaluation.briefs


def is_silent(evaluation: Evaluation, store: EvaluationStore) -> bool:
    """Whether the judge was asked about both personas of each of the first pairs and has scored none of them.

    After one usable answer it never is.
    """
    for brief, side in product(range(PAIRS_AT_ONCE), SIDES):
        text = store.judgement(evaluation, judgement_key(brief, side, 0))
        if text is None or Judgement.model_validate_json(text).overall is not None:
            return False
    return True


def silence_of(calls: Iterable[ModelCall]) -> Problem | None:
    """Returns the problem of a silent judge from its calls; None if none of them failed."""
    failed = next((call for call in calls if call.failure is not None), None)
    if failed is None or failed.failure is None:
        return None
    scored = f"The judge scored no persona of the first {PAIRS_AT_ONCE} pairs."
    return model_problem(failed.failure, f"{scored} {failed.reason or ''} {ADVICE[failed.failure]}")


def rejection_of(run: Run | None) -> Problem | None:
    """Returns the problem of a cell's run if its request was rejected: by the model, or for one text alone."""
    error = None if run is None else run.error
    return error if error is not None and error.code == _REJECTED else None


def is_rejected(runs: Sequence[Run | None]) -> bool:
    """Whether each of a side's first runs was rejected: it is the model or a setting, and not a text."""
    return all(rejection_of(run) is not None for run in runs)
