"""Lambda entry: judges the two personas of one brief of an evaluation, and has them answer scenarios."""

from __future__ import annotations

import math
import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.evaluation.first_pairs import is_among_first, is_silent
from fourfold.evaluation.models import SIDES
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.refused_models import ModelRefusedError, refusal_of_run
from fourfold.evaluation.store import EvaluationStoppedError
from fourfold.models.call_spans import spans_sent
from fourfold.persona import Document
from fourfold.progress.events import JobProgress
from fourfold.progress.log import RunOverError
from fourfold.trace import Work
from functions.evaluation_judge.cells import ended_run, is_side_rejected, written_persona
from functions.evaluation_judge.pair import judge_pair
from functions.preload import preload
from functions.step_entry import deadline_of
from functions.wiring import budget, evaluation_log, evaluations

logger = Logger()
# Progress events of one evaluation, at most.
_MOST_EVENTS = 20


class JudgePairInput(Document):
    """The pair to judge."""

    workspace_id: str
    evaluation_id: str
    brief: int


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Judges and asks what is missing yet; returns an empty object.

    Raises:
        RunStillRunningError, JudgeTimeoutError: the state machine invokes it again.
    """
    pair = JudgePairInput.model_validate(event)
    evaluation = evaluations().find(pair.workspace_id, pair.evaluation_id)
    if evaluation is None or evaluation.status is not EvaluationStatus.RUNNING:
        return {}
    runs = {side: ended_run(evaluation, pair.brief, side) for side in SIDES}
    if budget(pair.workspace_id, evaluation.id).stopped() is not None:
        return {}
    if any(map(refusal_of_run, runs.values())) or is_side_rejected(evaluation, pair.brief, runs):
        return _refused(evaluation)
    personas = {side: written_persona(evaluation, pair.brief, side) for side in SIDES}
    try:
        with spans_sent(Work("evaluation_judge", pair.workspace_id, run_id=evaluation.run_id)):
            judge_pair(evaluation, pair.brief, personas, deadline_of(context))
    except ModelRefusedError:
        return _refused(evaluation)
    except EvaluationStoppedError:
        logger.info("evaluation stopped", extra={"evaluation_id": evaluation.id})
        return {}
    number = evaluations().pair_done(evaluation, pair.brief)
    if number is not None:
        _log_progress(evaluation, number)
    if is_among_first(evaluation, pair.brief) and is_silent(evaluation, evaluations()):
        _refused(evaluation)
    return {}


def _refused(evaluation: Evaluation) -> dict[str, Any]:
    """Lets the evaluation send no further call."""
    budget(evaluation.workspace_id, evaluation.id).stop("failed")
    logger.warning("a model refuses the evaluation", extra={"evaluation_id": evaluation.id})
    return {}


def _log_progress(evaluation: Evaluation, done: int) -> None:
    step = math.ceil(evaluation.briefs / _MOST_EVENTS)
    if done % step and done != evaluation.briefs:
        return
    try:
        evaluation_log(evaluation).append(JobProgress(kind="evaluation", done=done, total=evaluation.briefs))
    except RunOverError:
        logger.info("evaluation has ended", extra={"evaluation_id": evaluation.id})


preload(os.environ)
