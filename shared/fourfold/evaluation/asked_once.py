"""Answers of an evaluation's models: each is asked for once, and stored at once with the calls that it took."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fourfold.errors import DeadlineError
from fourfold.evaluation.record import Evaluation
from fourfold.evaluation.refused_models import ModelRefusedError
from fourfold.evaluation.store import EvaluationStore
from fourfold.llm.fallback import Deadline
from fourfold.llm.port import DEPLOYMENT_FAILURES, ModelCall, ModelError, StoppedError
from fourfold.persona import Document


class JudgeTimeoutError(DeadlineError):
    """The time of this invocation is over; the answers so far are stored."""


@dataclass(frozen=True)
class AskedOnce:
    """The answers of an evaluation, by key."""

    evaluation: Evaluation
    store: EvaluationStore
    deadline: Deadline

    def ask(
        self,
        key: str,
        timeout_s: float,
        answer: Callable[[], Document],
        unanswered: Callable[[tuple[ModelCall, ...]], Document],
    ) -> None:
        """Stores an answer unless one is stored; `unanswered` makes what is stored of calls without a usable answer.

        Raises:
            EvaluationStoppedError: the evaluation sends no further call; the calls that the answer took are stored.
            JudgeTimeoutError: the time left may not suffice for a call of `timeout_s`.
            ModelRefusedError: the provider refuses the key or has no quota left; what it refused is stored.
        """
        if self.store.judgement(self.evaluation, key) is not None:
            return
        if self.deadline.left() < timeout_s:
            raise JudgeTimeoutError(self.evaluation.id)
        try:
            found = answer()
        except ModelError as error:  # a model without a usable answer was paid for
            self._keep(key, unanswered(error.calls))
            if error.failure in DEPLOYMENT_FAILURES:
                raise ModelRefusedError(error.reason) from None
            return
        except StoppedError as stopped:
            if stopped.calls:
                self._keep(key, unanswered(stopped.calls))
            raise
        self._keep(key, found)

    def _keep(self, key: str, answer: Document) -> None:
        self.store.keep_judgement(self.evaluation, key, answer.model_dump_json())
