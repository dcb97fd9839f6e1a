"""A judge that gives no usable answer: the evaluation ends after its first pairs (decision 97)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from fourfold.evaluation.judging import Judgement
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import PAIRS_AT_ONCE, Evaluation
from fourfold.evaluation.store import EvaluationStore, judgement_key
from fourfold.llm.advice import ADVICE
from fourfold.llm.port import ModelCall
from fourfold.pipeline.failure import model_problem
from fourfold.problem import Problem


def is_silent(evaluation: Evaluation, store: EvaluationStore) -> bool:
    """Whether the judge was asked about both personas of each of the first pairs and has scored none of them.

    After one usable answer it never is. An evaluation without further pairs has nothing to save.
    """
    if evaluation.briefs <= PAIRS_AT_ONCE:
        return False
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
