"""The judge of one pair of an evaluation: asks for the answers that are not stored yet, and stores each at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fourfold.errors import DeadlineError
from fourfold.evaluation.judging import judge_pair, judge_persona
from fourfold.evaluation.models import SIDES, Side
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.store import EvaluationStore, judgement_key, preference_key
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel
from fourfold.persona import Document, Persona


class JudgeTimeoutError(DeadlineError):
    """The time of this invocation is over; the answers so far are stored."""


@dataclass(frozen=True)
class PairJudge:
    """The judge of one pair. `models` returns its models, whose calls count against the evaluation's budget."""

    evaluation: Evaluation
    brief: int
    store: EvaluationStore
    models: Callable[[], Sequence[LanguageModel]]
    deadline: Deadline

    def score(self, side: Side, persona: Persona | None) -> None:
        """Scores a persona as often as the evaluation says.

        Raises:
            EvaluationStoppedError: the evaluation sends no further call.
            JudgeTimeoutError: the time left may not suffice for a call.
        """
        for number in range(0 if persona is None else self.evaluation.repeats):
            key = judgement_key(self.brief, side, number)
            if persona is not None and self._is_missing(key):
                self._keep(key, judge_persona(persona, self.evaluation, self.models(), self.deadline))

    def compare(self, a: Persona | None, b: Persona | None) -> None:
        """Asks which persona is the better one, in both orders. Raises what `score` does."""
        if a is None or b is None:
            return
        for first in SIDES:
            key, shown = preference_key(self.brief, first), (a, b) if first == "a" else (b, a)
            if self._is_missing(key):
                self._keep(key, judge_pair(shown, self.evaluation, self.models(), self.deadline))

    def _is_missing(self, key: str) -> bool:
        if self.store.judgement(self.evaluation, key) is not None:
            return False
        if self.deadline.left() < self.evaluation.judge.timeout_s:
            raise JudgeTimeoutError(self.evaluation.id)
        return True

    def _keep(self, key: str, answer: Document) -> None:
        self.store.keep_judgement(self.evaluation, key, answer.model_dump_json())
