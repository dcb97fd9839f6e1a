"""The suite as a job: whatever kills a worker, nothing that was answered is paid for again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from fourfold.config.engine import ChatConfig, EngineConfig, ProvocationConfig, SafetyConfig
from fourfold.ids import new_run_id
from fourfold.jobs.answers import WAVE
from fourfold.jobs.job import JobFailedError, do_job, fail_job
from fourfold.jobs.message import JobMessage
from fourfold.jobs.store import JobStatus
from fourfold.llm.port import ChatRequest, Completion, ModelCall, ModelError, ModelFailure, ModelRequest, OnText
from fourfold.persona import Persona, TokenUsage
from fourfold.progress.run import Run, RunKind, RunStatus
from fourfold.provocation.catalog import shipped_tests
from fourfold.provocation.definition import Severity
from fourfold.provocation.plan import Selection, SuitePlan, make_plan
from fourfold.provocation.report import SuiteReport
from fourfold.provocation.run_test import SpokenReply
from fourfold.provocation.speaker import ChatSpeaker
from fourfold.provocation.suite import SuiteJob, selection_texts
from fourfold.provocation.transcript import Exchange
from fourfold.provocation.workspace_tests import available
from fourfold.storage.jobs.suites import DynamoSuites
from fourfold.storage.personas.store import persona_put
from tests.unit.jobs.conftest import (
    WORKSPACE,
    Bench,
)
from tests.unit.provocation.people import PERSONA, Judge
from tests.unit.provocation.people import bench as judging


class KilledError(BaseException):
    """What a killed worker leaves: nothing that anything may catch."""


class Paid:
    """Counts every paid call by what was asked; dies at the call it is told to."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.dies_at = 0
        self._lock = threading.Lock()

    def pay(self, what: str) -> None:
        with self._lock:
            if self.dies_at and self.calls.total() + 1 >= self.dies_at:
                raise KilledError
            self.calls[what] += 1


class Talking:
    """A speaker whose every reply is paid for."""

    def __init__(self, paid: Paid) -> None:
        self.paid = paid

    def reply(self, history: Sequence[Exchange], said: str, notes: str | None) -> SpokenReply:
        self.paid.pay(f"{len(history)}/{said}/{notes}")
        call = ModelCall(provider="p", model="m", duration_ms=1, tokens=TokenUsage(output_tokens=1), cost_usd=0.001)
        return SpokenReply(text="Kolay gelsin, hoş geldin.", calls=(call,))


class Judging(Judge):
    """A judge of shipped tests: everything is well, at a price."""

    def __init__(self, paid: Paid) -> None:
        super().__init__({})
        self.paid = paid

    def complete(self, request: ModelRequest) -> Completion:
        questions = request.block("questions")
        assert isinstance(questions, list)
        self.paid.pay(f"judge {request.block('conversations')} {questions}")
        wanted = {criterion.id: criterion.passing for test in TESTS for criterion in test.criteria}
        answers = {each["id"]: wanted.get(each["id"], "no") for each in questions}
        return Judge(answers).complete(request)  # of its own: several are asked at once


# One of each family; the longest ones among them.
IDS = ("role.002", "role.009", "contra.003", "emo.005", "jail.003")
TESTS = [test for test in shipped_tests() if test.id in IDS]
CONFIG = ProvocationConfig()


@pytest.fixture
def persona(bench: Bench) -> Persona:
    """The bench's persona, with its layers."""
    whole = PERSONA.model_copy(update={"id": bench.persona.id, "run_id": bench.persona.run_id})
    bench.persona = whole
    bench.client.put_item(TableName="personas", Item=persona_put("personas", None, whole)["Put"]["Item"])
    return whole


def order_of(bench: Bench) -> JobMessage:
    return JobMessage(
        kind=RunKind.PROVOCATION, run_id=new_run_id(), workspace_id=WORKSPACE, persona_id=bench.persona.id, asked=True
    )


def plan(selection: Selection) -> SuitePlan:
    return make_plan(available(TESTS, {}, (), EngineConfig().safety), selection, CONFIG)


def work(
    run: Run,
    persona: Persona,
    paid: Paid,
    make_plan: Callable[[Selection], SuitePlan] = plan,
) -> SuiteJob:
    return SuiteJob(
        run=run,
        persona=persona,
        speaker=Talking(paid),
        first=judging(Judging(paid)),
        second=judging(Judging(paid)),
        make_plan=make_plan,
    )


def done(bench: Bench, persona: Persona, paid: Paid, order: JobMessage) -> Run | None:
    run = bench.claimed(order)
    assert run is not None
    return do_job(run, work(run, persona, paid), bench.place(), concurrency=5)


def report_of(bench: Bench, run_id: str) -> SuiteReport:
    report = DynamoSuites(bench.client, "personas").report(WORKSPACE, bench.persona.id, run_id)
    assert report is not None
    return report


def test_a_run_ends_with_a_report_a_summary_and_its_event(bench: Bench, persona: Persona) -> None:
    order = order_of(bench)
    ended = done(bench, persona, Paid(), order)
    assert ended is not None
    assert ended.status is RunStatus.COMPLETED
    report = report_of(bench, order.run_id)
    assert report.counts.total == len(IDS)
    assert report.passed
    critical = sum(test.severity is Severity.CRITICAL for test in TESTS)
    assert report.cost_usd == pytest.approx(sum(test.replies for test in TESTS) * 0.001 + (len(IDS) + critical) * 0.002)
    stored = bench.store.persona(WORKSPACE, persona.id)
    assert stored is not None
    assert stored.test_suite == report.summary()
    (sent,) = bench.client.scan(TableName="outbox")["Items"]
    assert "persona.test_suite_complete" in sent["entry"]["S"]
    assert order.run_id in sent["entry"]["S"]


@pytest.mark.parametrize(
    "dies_at",
    [1, 16, 33, *(pytest.param(at, marks=pytest.mark.deep(part="restarts")) for at in (2, 7, 15, 20, 21, 28))],
)
def test_a_killed_worker_costs_the_run_one_wave_at_most(bench: Bench, persona: Persona, dies_at: int) -> None:
    whole = Paid()
    done(bench, persona, whole, order_of(bench))
    order, paid = order_of(bench), Paid()
    paid.dies_at = dies_at
    with pytest.raises(KilledError):
        done(bench, persona, paid, order)
    paid.dies_at = 0
    ended = done(bench, persona, paid, order)
    assert ended is not None
    assert paid.calls.keys() == whole.calls.keys(), "the same calls as of a run that was not killed"
    assert paid.calls >= whole.calls
    assert (paid.calls - whole.calls).total() <= WAVE
    assert report_of(bench, order.run_id).counts.passed == len(IDS)


def test_the_plan_of_a_run_is_kept_with_its_first_answers(bench: Bench, persona: Persona) -> None:
    order, paid = order_of(bench), Paid()
    paid.dies_at = WAVE + 1  # the first wave is stored
    with pytest.raises(KilledError):
        done(bench, persona, paid, order)
    paid.dies_at = 0
    run = bench.claimed(order)
    assert run is not None
    other = work(run, persona, paid, lambda _selection: pytest.fail("planned again"))
    do_job(run, other, bench.place(), concurrency=5)
    assert {result.id for result in report_of(bench, run.id).results} == {*IDS}


def test_a_selection_is_run_and_leaves_the_summary_alone(bench: Bench, persona: Persona) -> None:
    order = order_of(bench)
    run = bench.claimed(order)
    assert run is not None
    selection = Selection.model_validate({"family": ["emo"], "benign_twins": True})
    bench.place().checkpoints_of(run).add(selection_texts(selection))
    do_job(run, work(run, persona, Paid()), bench.place(), concurrency=5)
    report = report_of(bench, run.id)
    assert [result.id for result in report.results] == ["emo.005"]
    assert report.over_refusal is not None
    assert report.over_refusal.tried == 1
    assert not report.complete
    stored = bench.store.persona(WORKSPACE, persona.id)
    assert stored is not None
    assert stored.test_suite is None


def test_a_run_that_is_over_is_not_run_again(bench: Bench, persona: Persona) -> None:
    order = order_of(bench)
    done(bench, persona, Paid(), order)
    assert bench.claimed(order) is None
    assert bench.claimed(order, "m-2") is None


def test_reports_are_listed_newest_first_by_pages(bench: Bench, persona: Persona) -> None:
    orders = [order_of(bench) for _ in range(3)]
    for order in orders:
        done(bench, persona, Paid(), order)
    store = DynamoSuites(bench.client, "personas")
    newest = [order.run_id for order in sorted(orders, key=lambda order: order.run_id, reverse=True)]
    assert [report.run_id for report in store.reports(WORKSPACE, persona.id, 10)] == newest
    assert [report.run_id for report in store.reports(WORKSPACE, persona.id, 1, newest[0])] == newest[1:2]
    assert store.reports("ws_other", persona.id, 10) == ()


class Unreadable(Judging):
    """A judge that never answers in a form that can be read."""

    def complete(self, request: ModelRequest) -> Completion:
        return replace(super().complete(request), text="Looks fine to me!")


class Silent:
    """A chat model that never gets to its reply."""

    name = "scripted:speaker"

    def reply(self, _request: ChatRequest, _on_text: OnText | None = None, /) -> Completion:
        raise ModelError(ModelFailure.TRUNCATED, "scripted:speaker was cut off at its greatest length.")


def test_advice_names_the_settings_of_the_model_that_failed(bench: Bench, persona: Persona) -> None:
    """The speaker's are those of the chat, although the job has a judge as well."""
    run = bench.claimed(order_of(bench))
    assert run is not None
    suite = work(run, persona, Paid())
    deadline = suite.first.deadline
    suite.speaker = ChatSpeaker(persona, [Silent()], ChatConfig(), SafetyConfig(), deadline)
    with pytest.raises(JobFailedError) as caught:
        do_job(run, suite, bench.place(), concurrency=5)
    told = caught.value.problem
    assert told.code == "model_truncated"
    assert "Set engine.chat.max_tokens higher" in told.detail
    assert "judge" not in told.detail


def test_advice_names_the_settings_of_the_judge(bench: Bench, persona: Persona) -> None:
    run = bench.claimed(order_of(bench))
    assert run is not None
    suite = work(run, persona, Paid())
    suite.first = replace(suite.first, models=[Unreadable(Paid())], settings="engine.provocation.judge")
    with pytest.raises(JobFailedError) as caught:
        do_job(run, suite, bench.place(), concurrency=5)
    assert "set engine.provocation.judge.model" in caught.value.problem.detail


def test_a_suite_whose_judge_cannot_be_read_fails_and_says_so(bench: Bench, persona: Persona) -> None:
    order = order_of(bench)
    run = bench.claimed(order)
    assert run is not None
    suite = work(run, persona, Paid())
    suite.first = replace(suite.first, models=[Unreadable(Paid())])
    with pytest.raises(JobFailedError) as caught:
        do_job(run, suite, bench.place(), concurrency=5)
    told = caught.value.problem
    assert told.code == "model_invalid_output"
    assert f"{len(IDS)} of {len(IDS)} tests have no verdict" in told.detail
    assert "Invalid: answer." in told.detail
    ended = fail_job(run, told, bench.place(), suite)
    assert ended is not None
    assert ended.usage.cost_usd is not None
    assert ended.usage.cost_usd > 0
    state = bench.store.state(WORKSPACE, persona.id, RunKind.PROVOCATION)
    assert state is not None
    assert (state.status, state.error) == (JobStatus.FAILED, told)
    stored = bench.store.persona(WORKSPACE, persona.id)
    assert stored is not None
    assert stored.test_suite is None
