"""Judges the two personas of one brief of an evaluation, and has them answer scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from fourfold.evaluation.models import Side, sides_of
from fourfold.evaluation.pair_judge import PairJudge
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.replying import ScenarioReplies
from fourfold.llm.fallback import Deadline
from fourfold.persona import Persona
from functions.evaluation_judge.models import judge_models, speaking_models
from functions.wiring import evaluations


def judge_pair(evaluation: Evaluation, brief: int, personas: Mapping[Side, Persona | None], deadline: Deadline) -> None:
    """Asks for each judgement, preference and reply that is not stored yet; each is stored before the next call.

    Raises:
        EvaluationStoppedError: the evaluation has ended, or its budget is spent.
        JudgeTimeoutError: the rest needs another invocation.
        ModelRefusedError: a model answers no call of the evaluation.
    """
    judge = PairJudge(evaluation, brief, evaluations(), partial(judge_models, evaluation), deadline)
    for side in sides_of(brief):
        judge.score(side, personas[side])
    if evaluation.preferences:
        judge.compare(personas["a"], personas["b"])
    replies = ScenarioReplies(evaluation, brief, evaluations(), partial(speaking_models, evaluation), deadline)
    for side in sides_of(brief):
        replies.ask(side, personas[side])
