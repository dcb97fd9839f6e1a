"""Lambda entry: judges the two personas of one brief of an evaluation. Each answer is stored before the next call."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from fourfold.errors import DeadlineError, FourfoldError
from fourfold.estimates.evaluation import judge_call_usd
from fourfold.evaluation.cells import persona_id_of, run_id_of
from fourfold.evaluation.judging import judge_pair, judge_persona
from fourfold.evaluation.models import SIDES, Side
from fourfold.evaluation.record import Evaluation, EvaluationStatus
from fourfold.evaluation.store import EvaluationStoppedError, judgement_key, preference_key
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel
from fourfold.models import resolve
from fourfold.models.call_spans import spans_sent
from fourfold.persona import Document, Persona
from fourfold.progress.events import JobProgress
from fourfold.progress.log import RunOverError
from fourfold.progress.run import RunStatus
from fourfold.spending.metered import MeteredModel
from fourfold.trace import Work
from functions.preload import preload
from functions.step_entry import deadline_of
from functions.wiring import budget, evaluation_log, evaluations, persona_store

logger = Logger()
# Progress events of one evaluation, at most.
_MOST_EVENTS = 20


class JudgePairInput(Document):
    """The pair to judge."""

    workspace_id: str
    evaluation_id: str
    brief: int


class RunStillRunningError(FourfoldError):
    """The run of a cell has not ended."""


class JudgeTimeoutError(DeadlineError):
    """The time of this invocation is over; the answers so far are stored."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Judges what is not judged yet; returns an empty object.

    Raises:
        RunStillRunningError, JudgeTimeoutError: the state machine invokes it again.
    """
    pair = JudgePairInput.model_validate(event)
    evaluation = evaluations().find(pair.workspace_id, pair.evaluation_id)
    if evaluation is None or evaluation.status is not EvaluationStatus.RUNNING:
        return {}
    personas = {side: _persona(evaluation, pair.brief, side) for side in SIDES}
    if budget(pair.workspace_id, evaluation.id).stopped() is not None:
        return {}
    try:
        judge = _Judge(evaluation, pair.brief, deadline_of(context))
        with spans_sent(Work("evaluation_judge", pair.workspace_id, run_id=evaluation.run_id)):
            for side in SIDES:
                judge.score(side, personas[side])
            if evaluation.preferences:
                judge.compare(personas["a"], personas["b"])
    except EvaluationStoppedError:
        logger.info("evaluation stopped", extra={"evaluation_id": evaluation.id})
        return {}
    _log_progress(evaluation, evaluations().pair_done(evaluation, pair.brief))
    return {}


def _persona(evaluation: Evaluation, brief: int, side: Side) -> Persona | None:
    """The persona that a cell wrote, or None."""
    run = persona_store().run(evaluation.workspace_id, run_id_of(evaluation.id, brief, side))
    if run is not None and run.status is RunStatus.RUNNING:
        raise RunStillRunningError(run.id)
    persona = persona_store().persona(evaluation.workspace_id, persona_id_of(evaluation.id, brief, side))
    return persona if persona is not None and persona.has_layers else None


@dataclass(frozen=True)
class _Judge:
    """The judge of one pair. An answer that is stored is not asked for again."""

    evaluation: Evaluation
    brief: int
    deadline: Deadline

    def score(self, side: Side, persona: Persona | None) -> None:
        """Scores a persona as often as the evaluation says."""
        for number in range(0 if persona is None else self.evaluation.repeats):
            key = judgement_key(self.brief, side, number)
            if persona is not None and self._is_missing(key):
                self._keep(key, judge_persona(persona, self.evaluation, self._models(), self.deadline))

    def compare(self, a: Persona | None, b: Persona | None) -> None:
        """Asks which persona is the better one, in both orders."""
        if a is None or b is None:
            return
        for first in SIDES:
            key, shown = preference_key(self.brief, first), (a, b) if first == "a" else (b, a)
            if self._is_missing(key):
                self._keep(key, judge_pair(shown, self.evaluation, self._models(), self.deadline))

    def _is_missing(self, key: str) -> bool:
        """Whether an answer must be asked for.

        Raises:
            JudgeTimeoutError: it must, and the time left may not suffice.
        """
        if evaluations().judgement(self.evaluation, key) is not None:
            return False
        if self.deadline.left() < self.evaluation.judge.timeout_s:
            raise JudgeTimeoutError(self.evaluation.id)
        return True

    def _keep(self, key: str, answer: Document) -> None:
        evaluations().keep_judgement(self.evaluation, key, answer.model_dump_json())

    def _models(self) -> list[LanguageModel]:
        account = budget(self.evaluation.workspace_id, self.evaluation.id)
        expected_usd = judge_call_usd(self.evaluation.judge)
        return [MeteredModel(resolve(name), account, expected_usd) for name in self.evaluation.judge.chain]


def _log_progress(evaluation: Evaluation, done: int) -> None:
    step = math.ceil(evaluation.briefs / _MOST_EVENTS)
    if done % step and done != evaluation.briefs:
        return
    try:
        evaluation_log(evaluation).append(JobProgress(kind="evaluation", done=done, total=evaluation.briefs))
    except RunOverError:
        logger.info("evaluation has ended", extra={"evaluation_id": evaluation.id})


preload(os.environ)
