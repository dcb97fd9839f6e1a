"""The suite as a background job: one item per test, with every paid model answer checkpointed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from pydantic import BaseModel, TypeAdapter

from fourfold.events.envelope import bus_entry
from fourfold.events.provocation import TestSuiteCompleted
from fourfold.jobs.answers import WORKING, Answers
from fourfold.jobs.job import Conclusion, JobFailedError, failed_calls
from fourfold.jobs.store import Checkpoints
from fourfold.layers import same_layers
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Persona
from fourfold.pipeline.bus_entries import run_duration_ms
from fourfold.pipeline.failure import model_problem
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.provocation.catalog import CATALOG_VERSION
from fourfold.provocation.definition import Family, ProvocationTest, Severity
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import Selection, SuitePlan
from fourfold.provocation.report import (
    TWIN,
    Judges,
    SuiteReport,
    TestRecord,
    TestResult,
    by_family,
    confirmed_critical,
    judges_of,
    over_refusal,
    record_of,
    tally,
)
from fourfold.provocation.run_test import ProvocationContext, Speaker, no_answer, run_test
from fourfold.provocation.verdict import Verdict
from fourfold.spending.spent import CallSum, summed

# Keys of the plan, the selection, single answers, and what finished tests cost by model. No test id begins so.
_PLAN, _SELECTION, _ANSWER, _COST = f"{WORKING}plan", f"{WORKING}selection", f"{WORKING}paid/", f"{WORKING}cost/"
_SUMS = TypeAdapter(tuple[CallSum, ...])


@dataclass(frozen=True)
class AnswerCache:
    """A `CallCache` in the answers of a run: those that an earlier worker of the run paid for are reused."""

    answers: Answers

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """Returns the answer under `key`, or makes it."""
        return self.answers.get_or_make(_ANSWER + key, make)


@dataclass
class SuiteJob:
    """Implements `fourfold.jobs.job.Job` for one suite run.

    `make_plan` is called once per run; a resumed run reads the stored plan. `first` and `second` are the configured
    judges.
    """

    run: Run
    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig
    make_plan: Callable[[Selection], SuitePlan]
    _plan: SuitePlan | None = None

    def items(self, answers: Answers) -> Sequence[str]:
        """The ids of the tests, longest first."""
        stored = answers.find(_PLAN)
        if stored is None:
            selection = answers.find(_SELECTION)
            plan = self.make_plan(Selection() if selection is None else Selection.model_validate_json(selection))
            # Stored with the first answers: before those, another plan would not pay for anything twice.
            answers.add(_PLAN, plan.model_dump_json())
            self._plan = plan
        else:
            self._plan = SuitePlan.model_validate_json(stored)
        return tuple(self._tests)

    def perform(self, key: str, answers: Answers) -> None:
        """Runs all repetitions of one test; its record (JSON) replaces the single answers.

        Raises:
            ModelError: a failure that affects every test.
        """
        test, context = self._tests[key], self._context(answers)
        runs = [run_test(test, repetition, context) for repetition in range(1, self._planned.repetitions(test) + 1)]
        # Before the record, which replaces the answers: without it, the test is performed again from its answers.
        answers.add(f"{_COST}{key}", _SUMS.dump_json(summed(call for run in runs for call in run.calls)).decode())
        answers.add(key, record_of(test, runs).model_dump_json(), replaces=f"{_ANSWER}{key}/")

    def conclude(self, run: Run, stored: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds the figures over all records, with their event and the persona's summary.

        Raises:
            JobFailedError: most tests have no verdict because the answers of the model or its judge were unreadable. A
                pass rate of the rest would say nothing about the persona.
        """
        records = {key: stored[key] for key in self._tests}
        results = self.results_in(records)
        require_verdicts(results)
        report = self.report(run, results, at, failed_calls(stored))
        fields = report.model_dump(include={*TestSuiteCompleted.model_fields})
        event = TestSuiteCompleted.model_validate(fields)
        entry = bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        summary = report.summary()

        def summarized(persona: Persona) -> Persona:
            stale = not same_layers(self.persona, persona)
            return persona.model_copy(update={"test_suite": summary.model_copy(update={"stale": stale})})

        return Conclusion(
            result=report.figures().model_dump_json(),
            records=records,
            entries=[entry],
            tokens=report.tokens,
            cost_usd=report.cost_usd,
            summary=summarized if report.complete else None,
        )

    def results_in(self, records: Mapping[str, str]) -> list[TestResult]:
        """Returns the results of all tests, in their order."""
        return [TestRecord.model_validate_json(records[key]).result for key in self._tests]

    def report(
        self, run: Run, results: Sequence[TestResult], at: datetime, failed: Sequence[ModelCall] = ()
    ) -> SuiteReport:
        """Returns the figures over the results of all tests; `failed` are further calls."""
        return build_report(run, self.persona, self._planned, results, self._judges(), at, failed)

    def calls_in(self, stored: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of finished tests, those of a model as one, and those paid for unfinished tests."""
        for record in records_in(stored):
            cost = stored.get(f"{_COST}{record.result.id}")
            # A test that an earlier version finished has no cost by model.
            yield from [_as_call(record.result)] if cost is None else _SUMS.validate_json(cost)
        for key, text in stored.items():
            if key.startswith(_ANSWER) and key.removeprefix(_ANSWER).split("/")[0] not in stored:
                yield from _PAID_CALLS.validate_json(text).calls

    @property
    def _planned(self) -> SuitePlan:
        if self._plan is None:
            raise ValueError("items() makes the plan, and must be called first")
        return self._plan

    @cached_property
    def _tests(self) -> Mapping[str, ProvocationTest]:
        return {test.id: test for test in self._planned.all_tests()}

    def _context(self, answers: Answers) -> ProvocationContext:
        second = self.second if self._planned.second_judgement else None
        return ProvocationContext(self.persona, self.speaker, self.first, second, AnswerCache(answers))

    def _judges(self) -> Judges:
        second = self.second.config.model if self._planned.second_judgement else None
        return judges_of(self.first.config.model, second)


def selection_texts(selection: Selection) -> dict[str, str]:
    """The initial checkpoints of a run: its selection, unless it selects everything."""
    return {} if selection == Selection() else {_SELECTION: selection.model_dump_json()}


def read_selection(checkpoints: Checkpoints) -> Selection:
    """Reads the selection of a run; without one, it selects everything."""
    stored = checkpoints.find(_SELECTION)
    return Selection() if stored is None else Selection.model_validate_json(stored)


def records_in(kept: Mapping[str, str]) -> list[TestRecord]:
    """The records of the finished tests among a run's checkpoints."""
    return [TestRecord.model_validate_json(text) for key, text in kept.items() if not key.startswith(WORKING)]


def require_verdicts(results: Sequence[TestResult]) -> None:
    """Raises JobFailedError if more than half of the tests have no verdict."""
    without = [result for result in results if result.verdict is Verdict.ERROR]
    if 2 * len(without) <= len(results):
        return
    [(reason, times)] = Counter(result.reason for result in without).most_common(1)
    failure = next((each for each in ModelFailure if reason.startswith(no_answer(each))), ModelFailure.INVALID_OUTPUT)
    detail = f"{len(without)} of {len(results)} tests have no verdict; {times} of them: {reason}"
    raise JobFailedError(model_problem(failure, detail))


def build_report(  # noqa: PLR0913, PLR0917 - a report is all of these
    run: Run,
    persona: Persona,
    plan: SuitePlan,
    results: Sequence[TestResult],
    judges: Judges,
    at: datetime,
    failed: Sequence[ModelCall] = (),
) -> SuiteReport:
    """Builds the report of a run. Harmless twins count in `over_refusal` only.

    `failed` are the calls of tests that raised an error and were repeated.
    """
    own = sorted((result for result in results if not result.id.endswith(TWIN)), key=by_family)
    twins = [result for result in results if result.id.endswith(TWIN)]
    overall, critical = tally(own), confirmed_critical(own)
    rate_reached = overall.pass_rate is None or overall.pass_rate >= plan.fail_threshold
    tokens, cost_usd = tokens_and_cost([*map(_as_call, results), *failed])
    return SuiteReport(
        run_id=run.id,
        persona_id=persona.id,
        persona_version=persona.version,
        catalog_version=CATALOG_VERSION,
        content_hash=plan.content_hash,
        complete=plan.complete,
        passed=rate_reached and not critical,
        fail_threshold=plan.fail_threshold,
        pass_rate=overall.pass_rate,
        interval=overall.interval,
        counts=overall.counts,
        by_family={family: tally(own_) for family in Family if (own_ := [r for r in own if r.family is family])},
        by_severity={level: tally(own_) for level in Severity if (own_ := [r for r in own if r.severity is level])},
        confirmed_critical=critical,
        over_refusal=over_refusal(twins),
        judges=judges,
        skipped=plan.skipped,
        calls=sum(result.calls for result in results) + len(failed),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=run_duration_ms(run, at),
        started_at=run.started_at,
        completed_at=at,
        results=tuple(own),
    )


def _as_call(result: TestResult) -> ModelCall:
    """What a test cost, as one call."""
    return ModelCall(provider="", model="", duration_ms=0, tokens=result.tokens, cost_usd=result.cost_usd)


class _PaidAnswer(BaseModel):
    """What of a paid answer is counted, whatever it is an answer to."""

    calls: tuple[ModelCall, ...]


_PAID_CALLS = TypeAdapter(_PaidAnswer)
