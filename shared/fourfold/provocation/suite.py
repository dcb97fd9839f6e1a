"""The suite as a background job: its tests are the job's items, and every paid answer is kept in waves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fourfold.events.envelope import bus_entry
from fourfold.events.provocation import TestSuiteCompleted
from fourfold.jobs.answers import WORKING, PaidAnswers
from fourfold.jobs.job import Conclusion
from fourfold.jobs.store import Checkpoints
from fourfold.llm.port import ModelCall
from fourfold.persona import Persona, TokenUsage
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
from fourfold.provocation.run_test import ProvocationContext, Speaker, run_test

# Beside its items, a run keeps its plan, its selection and each paid answer. No test's id begins so.
_PLAN, _SELECTION, _PAID = f"{WORKING}plan", f"{WORKING}selection", f"{WORKING}paid/"


@dataclass(frozen=True)
class SuiteCache:
    """A `CallCache` among the answers of a run: what an earlier worker has paid for is read, not asked."""

    answers: PaidAnswers

    def once(self, key: str, make: Callable[[], str]) -> str:
        """The answer kept under `key`, or a new one."""
        return self.answers.get_or_make(_PAID + key, make)


@dataclass
class SuiteJob:
    """Implements `fourfold.jobs.job.Job` for one suite run.

    `make_plan` is asked once for each run, whichever worker has it. `first` and `second` are the judges as they are
    configured.
    """

    run: Run
    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig
    make_plan: Callable[[Selection], SuitePlan]
    _plan: SuitePlan | None = None

    def items(self, answers: PaidAnswers) -> Sequence[str]:
        """The ids of the tests, those that take longest first."""
        kept = answers.find(_PLAN)
        if kept is None:
            selection = answers.find(_SELECTION)
            made = self.make_plan(Selection() if selection is None else Selection.model_validate_json(selection))
            # It is stored with the first answers: before them there is nothing that another plan would pay for again.
            answers.add(_PLAN, made.model_dump_json())
            self._plan = made
        else:
            self._plan = SuitePlan.model_validate_json(kept)
        return tuple(self._tests)

    def perform(self, key: str, answers: PaidAnswers) -> None:
        """Runs one test as often as planned, and keeps its record as JSON in place of the single answers.

        Raises:
            ModelError: a failure that would befall every other test too.
        """
        test = self._tests[key]
        trials = [run_test(test, number, self._context(answers)) for number in range(1, self._planned.trials(test) + 1)]
        answers.add(key, record_of(test, trials).model_dump_json(), replaces=f"{_PAID}{key}/")

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """The figures over all records, with their event and the summary for the persona."""
        records = {key: kept[key] for key in self._tests}
        results = [TestRecord.model_validate_json(text).result for text in records.values()]
        report = reported(run, self.persona, self._planned, results, self._judges(), at)
        told = report.model_dump(include={*TestSuiteCompleted.model_fields})
        event = TestSuiteCompleted.model_validate(told)
        entry = bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        summary = report.summary()
        return Conclusion(
            result=report.figures().model_dump_json(),
            records=records,
            entry=entry,
            tokens=report.tokens,
            cost_usd=report.cost_usd,
            summary=(lambda persona: persona.model_copy(update={"test_suite": summary})) if report.complete else None,
        )

    @property
    def _planned(self) -> SuitePlan:
        if self._plan is None:
            raise ValueError("the items come first: they make the plan")
        return self._plan

    @cached_property
    def _tests(self) -> Mapping[str, ProvocationTest]:
        return {test.id: test for test in self._planned.every()}

    def _context(self, answers: PaidAnswers) -> ProvocationContext:
        second = self.second if self._planned.second_judgement else None
        return ProvocationContext(self.persona, self.speaker, self.first, second, SuiteCache(answers))

    def _judges(self) -> Judges:
        second = self.second.config.model if self._planned.second_judgement else None
        return judges_of(self.first.config.model, second)


def selection_texts(selection: Selection) -> dict[str, str]:
    """What the checkpoints of a run hold from its beginning: what it was asked for, unless that is everything."""
    return {} if selection == Selection() else {_SELECTION: selection.model_dump_json()}


def selection_of(checkpoints: Checkpoints) -> Selection:
    """What a run was asked for; everything, if nothing narrows it."""
    kept = checkpoints.find(_SELECTION)
    return Selection() if kept is None else Selection.model_validate_json(kept)


def records_in(kept: Mapping[str, str]) -> list[TestRecord]:
    """The records of the tests a run has finished so far."""
    return [TestRecord.model_validate_json(text) for key, text in kept.items() if not key.startswith(WORKING)]


def reported(  # noqa: PLR0913, PLR0917 - a report is all of these
    run: Run, persona: Persona, plan: SuitePlan, results: Sequence[TestResult], judges: Judges, at: datetime
) -> SuiteReport:
    """The report of a run: every test counts but the harmless twins, which are counted apart."""
    own = sorted((result for result in results if not result.id.endswith(TWIN)), key=by_family)
    twins = [result for result in results if result.id.endswith(TWIN)]
    whole, critical = tally(own), confirmed_critical(own)
    enough = whole.pass_rate is None or whole.pass_rate >= plan.fail_threshold
    tokens, cost_usd = _spent(results)
    return SuiteReport(
        run_id=run.id,
        persona_id=persona.id,
        persona_version=persona.version,
        catalog_version=CATALOG_VERSION,
        content_hash=plan.content_hash,
        complete=plan.complete,
        passed=enough and not critical,
        fail_threshold=plan.fail_threshold,
        pass_rate=whole.pass_rate,
        interval=whole.interval,
        counts=whole.counts,
        by_family={family: tally(own_) for family in Family if (own_ := [r for r in own if r.family is family])},
        by_severity={level: tally(own_) for level in Severity if (own_ := [r for r in own if r.severity is level])},
        confirmed_critical=critical,
        over_refusal=over_refusal(twins),
        judges=judges,
        skipped=plan.skipped,
        calls=sum(result.calls for result in results),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=max(0, round((at - run.started_at).total_seconds() * 1000)),
        started_at=run.started_at,
        completed_at=at,
        results=tuple(own),
    )


def _spent(results: Sequence[TestResult]) -> tuple[TokenUsage, float | None]:
    calls = [
        ModelCall(provider="", model="", duration_ms=0, tokens=result.tokens, cost_usd=result.cost_usd)
        for result in results
    ]
    return tokens_and_cost(calls)
