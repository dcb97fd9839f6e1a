"""The model chain on a virtual clock: who is asked, how often, how long it waits, and what is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from pydantic import BaseModel

from fourfold.errors import FourfoldError
from fourfold.llm.fallback import LEAST_CALL_S, Chain, CheckedAnswer
from fourfold.llm.port import Completion, ModelError, ModelFailure, ModelRequest, Repair, Spent
from fourfold.persona import TokenUsage
from tests.builders import VirtualClock, Watching


class Word(BaseModel):
    word: str


@dataclass
class Model:
    """Says what its script says; each call takes `seconds` of the virtual clock."""

    name: str
    script: list[str | ModelError]
    clock: VirtualClock
    seconds: float = 1.0
    timeouts: list[float] = field(default_factory=list)
    repairs: list[Repair | None] = field(default_factory=list)

    def complete(self, request: ModelRequest) -> Completion:
        self.timeouts.append(request.timeout_s)
        self.repairs.append(request.repair)
        said = self.script.pop(0)
        self.clock.now += self.seconds
        if isinstance(said, ModelError):
            raise said
        provider, _, model = self.name.partition(":")
        return Completion(said, provider, model, TokenUsage(input_tokens=10, output_tokens=1), 0.5)


def question(repair: Repair | None) -> ModelRequest:
    return ModelRequest("system", (), "task", Word, max_tokens=100, timeout_s=90, repair=repair)


def judged(text: str) -> CheckedAnswer[str]:
    """`-` cannot be read; anything else is a word with as many problems as it has exclamation marks."""
    return CheckedAnswer(None, ("no word",)) if text == "-" else CheckedAnswer(text, ("too loud",) * text.count("!"))


def failing(failure: ModelFailure, retry_after_s: float | None = None, cost: float = 0.0) -> ModelError:
    return ModelError(failure, "x", spent=Spent(TokenUsage(), cost), retry_after_s=retry_after_s)


class Setting:
    """A chain of scripted models on one clock."""

    def __init__(self, *scripts: list[str | ModelError], seconds: float = 500.0, call_seconds: float = 1.0) -> None:
        self.clock, self.watching = VirtualClock(), Watching()
        self.models = [Model(f"p{place}:m", script, self.clock, call_seconds) for place, script in enumerate(scripts)]
        self.chain = Chain(self.models, question, judged, self.clock.deadline(seconds), self.watching)


def test_the_first_answer_that_holds_is_taken_and_nobody_else_is_asked() -> None:
    setting = Setting(["hello"], ["unasked"])
    answer = setting.chain.ask()
    assert (answer.value, answer.provider, answer.model) == ("hello", "p0", "m")
    assert setting.models[1].script == ["unasked"]
    assert [call.failure for call in answer.calls] == [None]


@pytest.mark.parametrize("failure", ["rate_limited", "overloaded", "server_error", "unreachable"])
def test_what_passes_is_asked_again_with_growing_pauses_three_times_in_all(failure: str) -> None:
    setting = Setting([failing(ModelFailure(failure)) for _ in range(3)], ["hello"])
    answer = setting.chain.ask()
    assert answer.provider == "p1"
    assert setting.clock.slept == [0.25, 0.5]
    assert setting.watching.fallbacks == [(0, "p0:m", "p1:m", ModelFailure(failure))]


@pytest.mark.parametrize("failure", ["authentication", "quota", "bad_request"])
def test_what_does_not_pass_goes_straight_on(failure: str) -> None:
    setting = Setting([failing(ModelFailure(failure))], ["hello"])
    assert setting.chain.ask().provider == "p1"
    assert setting.clock.slept == []
    assert setting.watching.repairs == []


def test_retry_after_of_the_last_model_is_waited_for_up_to_the_deadline() -> None:
    setting = Setting([failing(ModelFailure.RATE_LIMITED, 100.0), "hello"], seconds=120)
    assert setting.chain.ask().value == "hello"
    assert setting.clock.slept == [100.0]


def test_retry_after_past_the_deadline_is_not_waited_for() -> None:
    setting = Setting([failing(ModelFailure.RATE_LIMITED, 119.5), "unasked"], seconds=120)
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert caught.value.failure is ModelFailure.RATE_LIMITED
    assert setting.clock.slept == []


def test_a_model_is_never_asked_before_its_retry_after_nor_at_once() -> None:
    setting = Setting([failing(ModelFailure.OVERLOADED, 7.0), failing(ModelFailure.OVERLOADED, 0.0), "hello"])
    assert setting.chain.ask().value == "hello"
    assert setting.clock.slept == [7.0, 0.5]


def test_a_call_may_take_what_is_left_and_no_more() -> None:
    setting = Setting([failing(ModelFailure.TIMEOUT), "hello"], seconds=50, call_seconds=20)
    setting.chain.ask()
    first, second = setting.models[0].timeouts
    assert first == 50
    assert second == pytest.approx(50 - 20 - setting.clock.slept[0])


def test_no_call_begins_with_less_than_a_second_left() -> None:
    setting = Setting(["-", "unasked"], ["unasked"], seconds=10, call_seconds=10 - LEAST_CALL_S / 2)
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert caught.value.failure is ModelFailure.INVALID_OUTPUT
    assert len(caught.value.calls) == 1
    assert setting.watching.fallbacks == []


def test_a_deadline_that_is_over_is_a_timeout_without_a_call() -> None:
    setting = Setting(["unasked"], seconds=0.5)
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert (caught.value.failure, caught.value.calls) == (ModelFailure.TIMEOUT, ())


def test_an_unreadable_answer_gets_one_repair_with_its_own_words() -> None:
    setting = Setting(["-", "hello"])
    assert setting.chain.ask().value == "hello"
    assert setting.models[0].repairs == [None, Repair("-", ("no word",))]
    assert setting.watching.repairs == [(0, "p0:m", 1)]


@pytest.mark.parametrize("failure", ["refused", "truncated", "invalid_output"])
def test_a_refusal_or_a_cut_answer_is_repaired_without_quoting_it(failure: str) -> None:
    setting = Setting([failing(ModelFailure(failure)), "hello"])
    assert setting.chain.ask().value == "hello"
    repair = setting.models[0].repairs[1]
    assert repair is not None
    assert repair.answer == ""
    assert len(repair.problems) == 1


def test_a_repair_may_meet_a_failure_that_passes() -> None:
    setting = Setting(["-", failing(ModelFailure.OVERLOADED), "hello"])
    answer = setting.chain.ask()
    assert [call.failure for call in answer.calls] == ["invalid_output", "overloaded", None]
    assert [call.repair for call in answer.calls] == [False, True, True]


def test_when_nothing_holds_the_answer_that_breaks_least_is_taken() -> None:
    setting = Setting(["a!!!", "b!!"], ["c!", "d!!"], ["-", "-"])
    answer = setting.chain.ask()
    assert (answer.value, answer.provider) == ("c!", "p1")
    assert len(answer.calls) == 6


def test_a_tie_stays_with_the_model_that_was_configured() -> None:
    setting = Setting(["a!", "b!"], ["c!", "d!"])
    answer = setting.chain.ask()
    assert (answer.value, answer.provider) == ("b!", "p0"), "within a model the repaired one, between models the first"


def test_the_error_is_the_first_models_and_holds_every_call_with_its_cost() -> None:
    setting = Setting([failing(ModelFailure.REFUSED, cost=0.25)] * 2, [failing(ModelFailure.AUTHENTICATION)])
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert caught.value.failure is ModelFailure.REFUSED
    assert [(call.provider, call.cost_usd, call.duration_ms) for call in caught.value.calls] == [
        ("p0", 0.25, 1000),
        ("p0", 0.25, 1000),
        ("p1", 0.0, 1000),
    ]


def test_what_was_wrong_is_recorded_by_field_and_named_in_the_error() -> None:
    setting = Setting(["-", "-"])
    setting.chain.judge = lambda _text: CheckedAnswer(
        None, ("soul.desire: too long",), ("soul.desire",), ("json_mended",)
    )
    setting.chain.settings = "engine.pipeline.soul_draft"
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert [(call.invalid_fields, call.notes) for call in caught.value.calls] == [
        (("soul.desire",), ("json_mended",))
    ] * 2
    assert "Invalid: soul.desire." in caught.value.reason
    assert "engine.pipeline.soul_draft.model" in caught.value.advice


def test_the_first_models_own_words_are_the_error() -> None:
    setting = Setting(
        [ModelError(ModelFailure.QUOTA, "p0 says: credit is used up.")], [failing(ModelFailure.BAD_REQUEST)]
    )
    with pytest.raises(ModelError, match=r"^quota: p0 says: credit is used up\.") as caught:
        setting.chain.ask()
    assert [call.reason for call in caught.value.calls] == ["p0 says: credit is used up.", "x"]


def test_an_adapter_that_breaks_leads_to_the_next_model() -> None:
    setting = Setting(["hello"], ["hello"])

    def broken(_request: ModelRequest) -> Completion:
        raise TypeError("NoneType has no len()")

    setting.models[0].complete = broken  # type: ignore[method-assign,assignment]
    answer = setting.chain.ask()
    assert answer.provider == "p1"
    assert {call.failure for call in answer.calls[:-1]} == {ModelFailure.SERVER_ERROR}


def test_an_answer_that_cannot_be_judged_is_repaired_and_paid_for() -> None:
    setting = Setting(["odd", "hello"])

    def judge(text: str) -> CheckedAnswer[str]:
        if text == "odd":
            raise KeyError(text)
        return CheckedAnswer(text)

    setting.chain.judge = judge
    answer = setting.chain.ask()
    assert [call.failure for call in answer.calls] == [ModelFailure.INVALID_OUTPUT, None]


class OverError(FourfoldError):
    """The answer is no longer needed."""


def test_an_answer_that_is_no_longer_needed_costs_no_further_call() -> None:
    setting = Setting([failing(ModelFailure.OVERLOADED), "hello"], ["hello"])

    def check() -> None:
        raise OverError

    setting.chain.deadline = replace(setting.chain.deadline, check=check)
    with pytest.raises(OverError):
        setting.chain.ask()
    assert setting.models[0].script == ["hello"]


def test_a_long_call_that_timed_out_is_not_repeated() -> None:
    setting = Setting([failing(ModelFailure.TIMEOUT), "unasked"], ["hello"], seconds=2000)
    setting.chain.question = lambda repair: replace(question(repair), timeout_s=420)
    assert setting.chain.ask().provider == "p1"


def test_no_call_is_sent_that_would_be_cut_off() -> None:
    setting = Setting(["unasked"], seconds=50)
    setting.chain.deadline = replace(setting.chain.deadline, least_s=60)
    with pytest.raises(ModelError) as caught:
        setting.chain.ask()
    assert (caught.value.failure, caught.value.calls) == (ModelFailure.TIMEOUT, ())
