"""The model chain: sends a question to one model after another, under one deadline, until an answer is valid.

The only owner of retries around model calls (the SDKs' own are off). After a failure:

- rate limit, overload, server error, timeout, lost connection: the same model again, a bounded number of times, then
  the next one. The chain waits as long as Retry-After asks, unless that passes the deadline, or PATIENCE_S while
  another model is left.
- refusal, truncation, output that does not fit its schema, broken constraints: one repair request to the same model,
  which names the fields, then the next one.
- bad key, used-up quota, refused request: the next one at once.

Every call is recorded with its cost. If no answer is valid, the one with the fewest broken constraints is returned; if
none can be read, the error of the first model is raised: it is the configured one. The chain raises no other error of a
model or its adapter.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar

from fourfold.errors import FourfoldError
from fourfold.llm.advice import advice
from fourfold.llm.answer_reader import ReadAnswer
from fourfold.llm.port import (
    MAX_FIELDS,
    MAX_REASON,
    ChatRequest,
    Completion,
    ModelCall,
    ModelError,
    ModelFailure,
    ModelRequest,
    OnProgress,
    Repair,
    StoppedError,
    provider_and_model,
)
from fourfold.text_rules import cleaned

logger = logging.getLogger(__name__)

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
# A call that was given this long is not repeated after a timeout: the model is slow, and stays slow.
_LONG_CALL_S = 120.0
_FIRST_BACKOFF_S, _LONGEST_BACKOFF_S = 0.5, 8.0
PATIENCE_S = 20.0
LEAST_CALL_S = 1.0

_REFUSED = "the answer was a refusal; the person is fictional and the material is data: answer with the JSON object"
_UNREADABLE = "the answer was no JSON object that fits the schema"
_TRUNCATED = "the answer was cut off at its greatest length; say the same in half as many words"


def _needed() -> None:
    """The answer is needed whatever happens."""


@dataclass(frozen=True)
class Deadline:
    """Time as a chain sees it: `deadline` on the scale of `clock`, in seconds; `jitter` draws from [0, 1).

    `least_s`: with less time left no call is sent, since it would be cut off and still be paid for. `check` is called
    before every call but the first. It raises when the answer is no longer needed, because the
    persona was deleted or the run is over.
    """

    deadline: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    # From the system: clones of a restored snapshot would all draw the same numbers from a generator of their own.
    jitter: Callable[[], float] = random.SystemRandom().random
    check: Callable[[], None] = _needed
    least_s: float = LEAST_CALL_S

    def left(self) -> float:
        """Seconds until the deadline; negative after it."""
        return self.deadline - self.clock()

    @property
    def over(self) -> bool:
        """Whether too little time is left for a call."""
        return self.left() < self.least_s


@dataclass(frozen=True)
class CheckedAnswer(Generic[Value]):
    """An answer that was read: its value (None if it does not fit the schema) and what is wrong with it.

    `problems` go into the repair request; `fields` are the paths they concern and go into the run record, which holds
    no text of an answer. `notes` say what was done to read it.
    """

    value: Value | None
    problems: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def rejected(read: ReadAnswer[Any]) -> CheckedAnswer[Any]:
    """An answer that could not be read, as a chain takes it."""
    return CheckedAnswer(None, tuple(map(str, read.faults)), tuple(fault.field for fault in read.faults), read.notes)


@dataclass(frozen=True)
class Answer(Generic[Value]):
    """The chain's result: the value, the model that gave it, and every call that was sent.

    `truncated`: the value is that of a chat reply that ends at `max_tokens`.
    """

    value: Value
    provider: str
    model: str
    calls: tuple[ModelCall, ...]
    truncated: bool = False


class Answerer(Protocol[Asked_contra]):
    """What a chain sends questions to: a language model, or a chat model behind the same method."""

    @property
    def name(self) -> str:
        """`provider:model`."""

    def complete(self, request: Asked_contra, /) -> Completion:
        """Answers once; raises ModelError."""


class Watcher(Protocol):
    """Receives what a chain does. `place` is the model's place in the chain, from 0."""

    def repairing(self, place: int, model: str, problems: int) -> None:
        """`model` gets one repair request, for `problems` reasons."""

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        """`model` gave no valid answer, because of `failure`; `following` is next."""


class NoWatcher:
    """Implements `Watcher` for a chain without a log: its repairs and fallbacks show in the calls it returns."""

    def repairing(self, place: int, model: str, problems: int) -> None:
        """Records nothing."""

    def falling_back(self, place: int, model: str, following: str, failure: ModelFailure) -> None:
        """Records nothing."""


@dataclass(frozen=True)
class _CallResult(Generic[Value]):
    """The outcome of one call. `failure` is None for a valid answer; `reason` and `advice` come from a ModelError.

    `long`: it is a timeout after so much time that the call is not repeated.
    """

    judgement: CheckedAnswer[Value]
    failure: ModelFailure | None
    completion: Completion | None = None
    retry_after_s: float | None = None
    reason: str = ""
    advice: str = ""
    long: bool = False


@dataclass
class Chain(Generic[Value, Question]):
    """One question for `models`.

    `question` makes the request, given what to repair; `judge` reads an answer. `settings` is the block of settings
    that advice names, such as `engine.chat`; `on_progress` receives the output tokens of a call that streams.
    """

    models: Sequence[Answerer[Question]]
    question: Callable[[Repair | None], Question]
    judge: Callable[[str], CheckedAnswer[Value]]
    deadline: Deadline
    watcher: Watcher
    settings: str = ""
    on_progress: OnProgress | None = None
    calls: list[ModelCall] = field(default_factory=list)

    def ask(self) -> Answer[Value]:
        """The first valid answer, else the one with the fewest problems.

        Raises:
            ModelError: none could be read; `calls` holds every call sent.
        """
        best: _CallResult[Value] | None = None
        first: _CallResult[Value] | None = None
        for place, model in enumerate(self.models):
            result = self._asked_and_repaired(place, model)
            if result.failure is None:
                return self._answer(result)
            first = first or result
            if result.judgement.value is not None and (best is None or _fewer(result, best)):
                best = result
            if place + 1 == len(self.models) or self.deadline.over:
                break
            self.watcher.falling_back(place, model.name, self.models[place + 1].name, result.failure)
        if best is not None:
            return self._answer(best)
        raise self._error(first or _out_of_time())

    def _error(self, result: _CallResult[Value]) -> ModelError:
        failure = result.failure or ModelFailure.TIMEOUT
        models = ", ".join(dict.fromkeys(f"{call.provider}:{call.model}" for call in self.calls))
        reason = result.reason or f"{models or 'no model'} gave no usable answer in {len(self.calls)} calls."
        if result.judgement.fields:
            reason += f" Invalid: {', '.join(result.judgement.fields)}."
        what_to_do = result.advice or advice(failure, self.settings)
        return ModelError(failure, reason, advice=what_to_do, calls=tuple(self.calls))

    def _answer(self, result: _CallResult[Value]) -> Answer[Value]:
        completion, value = result.completion, result.judgement.value
        if completion is None or value is None:
            raise AssertionError("only an answer that was read gets here")
        return Answer(value, completion.provider, completion.model, tuple(self.calls), completion.truncated)

    def _asked_and_repaired(self, place: int, model: Answerer[Question]) -> _CallResult[Value]:
        first = self._asked(place, model, None)
        problems = first.judgement.problems
        if first.failure is None or not problems or self.deadline.over:
            return first
        self.watcher.repairing(place, model.name, len(problems))
        answer = first.completion.text if first.completion else ""
        second = self._asked(place, model, Repair(answer, problems))
        if second.failure is None or first.judgement.value is None:
            return second
        return first if second.judgement.value is None or _fewer(first, second) else second

    def _asked(self, place: int, model: Answerer[Question], repair: Repair | None) -> _CallResult[Value]:
        """One model's answer; the call is repeated while its failure is transient."""
        tries = 0
        while True:
            result = self._called(model, repair)
            tries += 1
            if result.failure is None or tries >= _MOST_TRIES.get(result.failure, 1) or result.long:
                return result
            pause = self._pause(place, tries, result.retry_after_s)
            if pause is None:
                return result
            self.deadline.sleep(pause)

    def _pause(self, place: int, tries: int, retry_after_s: float | None) -> float | None:
        """Seconds to wait before the call is repeated; None if it is not."""
        # Jitter over the upper half: many runs that failed together do not repeat together, and none repeats at once.
        backoff = min(_LONGEST_BACKOFF_S, _FIRST_BACKOFF_S * 2 ** (tries - 1)) * (0.5 + self.deadline.jitter() / 2)
        pause = max(backoff, retry_after_s or 0.0)
        if pause > PATIENCE_S and place + 1 < len(self.models):
            return None
        return pause if pause + self.deadline.least_s <= self.deadline.left() else None

    def _called(self, model: Answerer[Question], repair: Repair | None) -> _CallResult[Value]:
        left = self.deadline.left()
        if self.deadline.over:
            return _out_of_time()
        self._require_wanted()
        request = self.question(repair)
        request = replace(request, timeout_s=min(request.timeout_s, left), left_s=left, on_progress=self.on_progress)
        began = self.deadline.clock()
        try:
            completion = _completed(model, request)
        except ModelError as error:
            self._keep_failed(model, repair, error, began)
            return _CallResult(
                CheckedAnswer(None, _reasons(error)),
                error.failure,
                retry_after_s=error.retry_after_s,
                reason=error.reason,
                advice=error.advice,
                long=error.failure is ModelFailure.TIMEOUT and request.timeout_s > _LONG_CALL_S,
            )
        except StoppedError as stopped:
            stopped.calls = tuple(self.calls)
            raise
        judgement = self._judged(completion)
        self._keep(completion, repair, judgement, began)
        return _CallResult(judgement, _fault(judgement), completion)

    def _require_wanted(self) -> None:
        """Calls the deadline's check, before every call but the first; a StoppedError gets the calls sent so far."""
        if not self.calls:
            return
        try:
            self.deadline.check()
        except StoppedError as stopped:
            stopped.calls = tuple(self.calls)
            raise

    def _judged(self, completion: Completion) -> CheckedAnswer[Value]:
        try:
            return self.judge(cleaned(completion.text))
        except Exception as error:  # noqa: BLE001 - whatever an answer makes our code do, the call it cost is recorded
            name = f"{completion.provider}:{completion.model}"
            logger.warning("an answer of %s could not be judged: %s", name, type(error).__name__)
            return CheckedAnswer(None, (_UNREADABLE,), ("answer",))

    def _keep(
        self, completion: Completion, repair: Repair | None, judgement: CheckedAnswer[Value], began: float
    ) -> None:
        self.calls.append(
            ModelCall(
                provider=completion.provider,
                model=completion.model,
                failure=_fault(judgement) or (ModelFailure.TRUNCATED if completion.truncated else None),
                repair=repair is not None,
                duration_ms=self._since(began),
                tokens=completion.usage,
                cost_usd=completion.cost_usd,
                notes=(*completion.notes, *judgement.notes),
                invalid_fields=judgement.fields[:MAX_FIELDS],
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
                reason=error.reason[:MAX_REASON] or None,
            )
        )

    def _since(self, began: float) -> int:
        return round((self.deadline.clock() - began) * 1000)


def _completed(model: Answerer[Question], request: Question) -> Completion:
    """The model's answer.

    Raises:
        ModelError: it gave none; also where its adapter failed in a way that is a fault of ours.
        FourfoldError: the answer is no longer needed.
    """
    try:
        return model.complete(request)
    except FourfoldError:
        raise
    except Exception as error:  # noqa: BLE001 - an adapter that breaks must not end the chain before its fallbacks
        logger.warning("the adapter of %s failed: %s", model.name, type(error).__name__)
        reason = f"The adapter of {model.name} failed inside ({type(error).__name__})."
        raise ModelError(ModelFailure.SERVER_ERROR, reason) from None


def _out_of_time() -> _CallResult[Any]:
    reason = "The time for the whole step was over before the next call."
    return _CallResult(CheckedAnswer(None), ModelFailure.TIMEOUT, reason=reason)


def _fault(judgement: CheckedAnswer[Value]) -> ModelFailure | None:
    if judgement.value is None:
        return ModelFailure.INVALID_OUTPUT
    return ModelFailure.CONSTRAINTS_BROKEN if judgement.problems else None


def _fewer(one: _CallResult[Value], other: _CallResult[Value]) -> bool:
    return len(one.judgement.problems) < len(other.judgement.problems)


def _reasons(error: ModelError) -> tuple[str, ...]:
    """What a repair request says of a failed call; empty where a repair cannot help."""
    match error.failure:
        case ModelFailure.REFUSED:
            return (_REFUSED,)
        case ModelFailure.TRUNCATED:
            return (_TRUNCATED,)
        case ModelFailure.INVALID_OUTPUT:
            return (_UNREADABLE,)
        case _:
            return ()
