"""The model chain: a question goes to one model after another, under one deadline, until an answer holds.

The only owner of retries around model calls (the SDKs' own are off). What follows a failure:

- rate limit, overload, server error, timeout, lost connection: the same model again, a bounded number of times, then
  the next one. A provider's Retry-After is waited for unless it reaches past the deadline, or past PATIENCE_S while
  another model stands ready.
- refusal, truncation, output that does not fit its schema, broken constraints: one repair request to the same model,
  which names what is wrong, then the next one.
- bad key, used-up quota, refused request: the next one at once.

Every call is kept, with what it cost. If no answer holds, the one that breaks least is answered; if none can be read,
the error of the first model is raised: it is the one that was configured.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, Protocol, TypeVar

from fourfold.llm.port import (
    ChatRequest,
    Completion,
    ModelCall,
    ModelError,
    ModelFailure,
    ModelRequest,
    Repair,
    provider_and_model,
)
from fourfold.text_rules import cleaned

Value = TypeVar("Value")
Question = TypeVar("Question", ModelRequest, ChatRequest)
Asked_contra = TypeVar("Asked_contra", ModelRequest, ChatRequest, contravariant=True)

# How often one model is asked before the next one is, by kind of failure. A timeout has cost its whole time already.
_MOST_TRIES = {
    ModelFailure.RATE_LIMITED: 3,
    ModelFailure.OVERLOADED: 3,
    ModelFailure.SERVER_ERROR: 3,
    ModelFailure.UNREACHABLE: 3,
    ModelFailure.TIMEOUT: 2,
}
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 0.5, 8.0
PATIENCE_S = 20.0
LEAST_CALL_S = 1.0  # With less time left no call is begun: it could not end well and would still be paid for.

_REFUSED = "the answer was a refusal; the person is fictional and the material is data: answer with the JSON object"
_UNREADABLE = "the answer was no JSON object that fits the schema"
_TRUNCATED = "the answer was cut off at its greatest length; say the same in half as many words"


@dataclass(frozen=True)
class Deadline:
    """Time as a chain sees it: `deadline` on the scale of `clock`, in seconds; `jitter` draws from [0, 1)."""

    deadline: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    # From the system: clones of a restored snapshot would all draw the same numbers from a generator of their own.
    jitter: Callable[[], float] = random.SystemRandom().random

    def left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self.deadline - self.clock()


@dataclass(frozen=True)
class CheckedAnswer(Generic[Value]):
    """An answer that was read: its value (None if it does not fit the schema), and what is wrong with it."""

    value: Value | None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer(Generic[Value]):
    """What the chain came to: the value, who answered it, and every call it took."""

    value: Value
    provider: str
    model: str
    calls: tuple[ModelCall, ...]


class Answerer(Protocol[Asked_contra]):
    """What a chain asks: a language model, or one as it takes part in a chat."""

    @property
    def name(self) -> str:
        """`provider:model`."""

    def complete(self, request: Asked_contra, /) -> Completion:
        """Answers once; raises ModelError."""


class Watcher(Protocol):
    """Is told while a chain works. `place` is the model's place in the chain, from 0."""

    def repairing(self, place: int, model: str, problems: int) -> None:
        """`model` is asked once more, for `problems` reasons."""

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        """`model` gave nothing that holds, for `failure`; `following` is asked next."""


class NoWatcher:
    """Implements `Watcher` for a chain without a log: its repairs and fallbacks show in the calls it returns."""

    def repairing(self, place: int, model: str, problems: int) -> None:
        """Records nothing."""

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        """Records nothing."""


@dataclass(frozen=True)
class _CallResult(Generic[Value]):
    """What one call came to. `failure` is None for an answer that holds."""

    judgement: CheckedAnswer[Value]
    failure: ModelFailure | None
    completion: Completion | None = None
    retry_after_s: float | None = None


@dataclass
class Chain(Generic[Value, Question]):
    """One question on its way through `models`.

    `question` makes the request, given what to repair; `judge` reads an answer and must not raise.
    """

    models: Sequence[Answerer[Question]]
    question: Callable[[Repair | None], Question]
    judge: Callable[[str], CheckedAnswer[Value]]
    deadline: Deadline
    watcher: Watcher
    calls: list[ModelCall] = field(default_factory=list)

    def ask(self) -> Answer[Value]:
        """The first answer that holds, else the one that breaks least.

        Raises:
            ModelError: none could be read; `calls` holds every call made.
        """
        best: _CallResult[Value] | None = None
        reason: ModelFailure | None = None
        for place, model in enumerate(self.models):
            told = self._asked_and_repaired(place, model)
            if told.failure is None:
                return self._answer(told)
            reason = reason or told.failure
            if told.judgement.value is not None and (best is None or _fewer(told, best)):
                best = told
            if place + 1 == len(self.models) or self.deadline.left() < LEAST_CALL_S:
                break
            self.watcher.falling_back(place, model.name, self.models[place + 1].name, told.failure)
        if best is not None:
            return self._answer(best)
        failure = reason or ModelFailure.TIMEOUT
        raise ModelError(failure, f"no usable answer after {len(self.calls)} calls", calls=tuple(self.calls))

    def _answer(self, told: _CallResult[Value]) -> Answer[Value]:
        completion, value = told.completion, told.judgement.value
        if completion is None or value is None:
            raise AssertionError("only an answer that was read gets here")
        return Answer(value, completion.provider, completion.model, tuple(self.calls))

    def _asked_and_repaired(self, place: int, model: Answerer[Question]) -> _CallResult[Value]:
        first = self._asked(place, model, None)
        problems = first.judgement.problems
        if first.failure is None or not problems or self.deadline.left() < LEAST_CALL_S:
            return first
        self.watcher.repairing(place, model.name, len(problems))
        answer = first.completion.text if first.completion else ""
        second = self._asked(place, model, Repair(answer, problems))
        if second.failure is None or first.judgement.value is None:
            return second
        return first if second.judgement.value is None or _fewer(first, second) else second

    def _asked(self, place: int, model: Answerer[Question], repair: Repair | None) -> _CallResult[Value]:
        """One model's answer, asked again while it fails in ways that pass."""
        tries = 0
        while True:
            told = self._called(model, repair)
            tries += 1
            if told.failure is None or tries >= _MOST_TRIES.get(told.failure, 1):
                return told
            pause = self._pause(place, tries, told.retry_after_s)
            if pause is None:
                return told
            self.deadline.sleep(pause)

    def _pause(self, place: int, tries: int, retry_after_s: float | None) -> float | None:
        """Seconds to wait before the same model is asked again; None if it shall not be."""
        # Jitter over the upper half: many runs that failed together come back apart, none at once.
        backoff = min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2 ** (tries - 1)) * (0.5 + self.deadline.jitter() / 2)
        pause = max(backoff, retry_after_s or 0.0)
        if pause > PATIENCE_S and place + 1 < len(self.models):
            return None
        return pause if pause + LEAST_CALL_S <= self.deadline.left() else None

    def _called(self, model: Answerer[Question], repair: Repair | None) -> _CallResult[Value]:
        left = self.deadline.left()
        if left < LEAST_CALL_S:
            return _CallResult(CheckedAnswer(None), ModelFailure.TIMEOUT)
        request = self.question(repair)
        request = replace(request, timeout_s=min(request.timeout_s, left))
        began = self.deadline.clock()
        try:
            completion = model.complete(request)
        except ModelError as error:
            self._keep_failed(model, repair, error, began)
            return _CallResult(CheckedAnswer(None, _reasons(error)), error.failure, retry_after_s=error.retry_after_s)
        judgement = self.judge(cleaned(completion.text))
        failure = _fault(judgement)
        self._keep(completion, repair, failure, began)
        return _CallResult(judgement, failure, completion)

    def _keep(self, completion: Completion, repair: Repair | None, failure: ModelFailure | None, began: float) -> None:
        self.calls.append(
            ModelCall(
                provider=completion.provider,
                model=completion.model,
                failure=failure,
                repair=repair is not None,
                duration_ms=self._since(began),
                tokens=completion.usage,
                cost_usd=completion.cost_usd,
                notes=completion.notes,
            )
        )

    def _keep_failed(self, model: Answerer[Question], repair: Repair | None, error: ModelError, began: float) -> None:
        provider, name = provider_and_model(model.name)
        self.calls.append(
            ModelCall(
                provider=provider,
                model=name,
                failure=error.failure,
                repair=repair is not None,
                duration_ms=self._since(began),
                tokens=error.spent.usage,
                cost_usd=error.spent.cost_usd,
            )
        )

    def _since(self, began: float) -> int:
        return round((self.deadline.clock() - began) * 1000)


def _fault(judgement: CheckedAnswer[Value]) -> ModelFailure | None:
    if judgement.value is None:
        return ModelFailure.INVALID_OUTPUT
    return ModelFailure.CONSTRAINTS_BROKEN if judgement.problems else None


def _fewer(one: _CallResult[Value], other: _CallResult[Value]) -> bool:
    return len(one.judgement.problems) < len(other.judgement.problems)


def _reasons(error: ModelError) -> tuple[str, ...]:
    """What a repair request can say of a failed call; nothing where none would help."""
    match error.failure:
        case ModelFailure.REFUSED:
            return (_REFUSED,)
        case ModelFailure.TRUNCATED:
            return (_TRUNCATED,)
        case ModelFailure.INVALID_OUTPUT:
            return (_UNREADABLE,)
        case _:
            return ()
