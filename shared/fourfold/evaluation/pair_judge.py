"""The judge of one pair of an evaluation: asks for the answers that are not stored yet, and stores each at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from fourfold.evaluation.asked_once import AskedOnce
from fourfold.evaluation.judging import (
    Judgement,
    PairJudgement,
    judge_pair,
    judge_persona,
    no_judgement,
    no_preference,
)
from fourfold.evaluation.models import Side, sides_of
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.store import EvaluationStore, judgement_key, preference_key
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import LanguageModel
from fourfold.persona import Persona


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
            ModelRefusedError: the judge answers no call of the evaluation.
        """
        if persona is None:
            return

        def judgement() -> Judgement:
            return judge_persona(persona, self.evaluation, self.models(), self.deadline)

        for number in range(self.evaluation.repeats):
            self._once.ask(judgement_key(self.brief, side, number), self._timeout_s, judgement, no_judgement)

    def compare(self, a: Persona | None, b: Persona | None) -> None:
        """Asks which persona is the better one, in both orders. Raises what `score` does."""
        if a is None or b is None:
            return

        def preference(shown: tuple[Persona, Persona]) -> PairJudgement:
            return judge_pair(shown, self.evaluation, self.models(), self.deadline)

        for first in sides_of(self.brief):
            shown = (a, b) if first == "a" else (b, a)
            self._once.ask(
                preference_key(self.brief, first), self._timeout_s, partial(preference, shown), no_preference
            )

    @property
    def _once(self) -> AskedOnce:
        return AskedOnce(self.evaluation, self.store, self.deadline)

    @property
    def _timeout_s(self) -> float:
        return self.evaluation.judge.timeout_s
