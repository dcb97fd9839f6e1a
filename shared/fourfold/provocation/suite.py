"""The suite as a background job: its tests are the job's items, and every paid answer is kept on the way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from fourfold.events.envelope import bus_entry
from fourfold.events.provocation import TestSuiteCompleted
from fourfold.jobs.job import Conclusion
from fourfold.jobs.store import Checkpoints
from fourfold.llm.port import ModelCall
from fourfold.persona import Persona, TokenUsage
from fourfold.progress.run import Run, tokens_and_cost
from fourfold.provocation.catalog import CATALOG_VERSION
from fourfold.provocation.definition import Family, ProvocationTest, Severity
from fourfold.provocation.judge import JudgeConfig
from fourfold.provocation.plan import TWIN, Selection, SuitePlan
from fourfold.provocation.report import (
    Judges,
    SuiteReport,
    TestRecord,
    TestResult,
    confirmed_critical,
    judges_of,
    over_refusal,
    record_of,
    tally,
)
from fourfold.provocation.run_test import ProvocationContext, Speaker, run_test

# Beside the items, a run keeps its plan, its selection and each paid answer. No test's id begins so.
_PLAN, _SELECTION, _ANSWER = "~plan", "~selection", "~paid/"


class SuiteStore(Protocol):
    """Where reports are kept for good."""

    def keep(self, workspace_id: str, report: SuiteReport) -> None:
        """Keeps the report of a run; the same run's again changes nothing."""


@dataclass
class CheckpointCache:
    """A `Ledger` among a run's checkpoints: what an earlier worker of the run has paid for is read, not asked."""

    checkpoints: Checkpoints
    kept: Mapping[str, str]

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """The answer kept under `key`, or a new one, kept before it is used."""
        answer = self.kept.get(_ANSWER + key)
        if answer is None:
            answer = make()
            self.checkpoints.keep(_ANSWER + key, answer)
        return answer


@dataclass
class SuiteJob:
    """The `Work` of one suite run. `make_plan` is asked once for each run, whoever works on it.

    `first` and `second` are the judges as they are configured.
    """

    run: Run
    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig
    checkpoints: Checkpoints
    make_plan: Callable[[Selection], SuitePlan]
    reports: SuiteStore
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _kept(self) -> Mapping[str, str]:
        return self.checkpoints.read()

    @cached_property
    def _plan(self) -> SuitePlan:
        kept = self._kept
        if _PLAN in kept:
            return SuitePlan.model_validate_json(kept[_PLAN])
        selection = Selection.model_validate_json(kept[_SELECTION]) if _SELECTION in kept else Selection()
        self.checkpoints.keep(_PLAN, self.make_plan(selection).model_dump_json())
        # Another worker may have been first: its plan stands.
        return SuitePlan.model_validate_json(self.checkpoints.read()[_PLAN])

    @cached_property
    def _tests(self) -> Mapping[str, ProvocationTest]:
        return {test.id: test for test in self._plan.all_tests()}

    @cached_property
    def _context(self) -> ProvocationContext:
        second = self.second if self._plan.second_judgement else None
        return ProvocationContext(
            self.persona, self.speaker, self.first, second, CheckpointCache(self.checkpoints, self._kept)
        )

    def items(self) -> Sequence[str]:
        """The ids of the tests, those that take longest first."""
        return tuple(self._tests)

    def perform(self, key: str) -> str:
        """Runs one test as often as planned; the record as JSON.

        Raises:
            ModelError: a failure that would befall every other test too.
        """
        with self._lock:  # what is cached is made once
            plan, context, test = self._plan, self._context, self._tests[key]
        runs = [run_test(test, repetition, context) for repetition in range(1, plan.repetitions(test) + 1)]
        return record_of(test, runs).model_dump_json()

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """The report over all records, archived, with its event and the summary for the persona."""
        records = [TestRecord.model_validate_json(kept[key]) for key in self._tests]
        report = build_report(run, self.persona, self._plan, [record.result for record in records], self._judges(), at)
        self.reports.keep(run.workspace_id, report)
        fields = report.model_dump(include={*TestSuiteCompleted.model_fields})
        event = TestSuiteCompleted.model_validate(fields)
        entry = bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        summary = report.summary()
        return Conclusion(
            result=report.model_dump_json(),
            entry=entry,
            tokens=report.tokens,
            cost_usd=report.cost_usd,
            summary=(lambda persona: persona.model_copy(update={"test_suite": summary})) if report.complete else None,
        )

    def _judges(self) -> Judges:
        second = self.second.config.model if self._plan.second_judgement else None
        return judges_of(self.first.config.model, second)


def store_selection(checkpoints: Checkpoints, selection: Selection) -> None:
    """Keeps what a run is asked for, before its order is sent."""
    if selection != Selection():
        checkpoints.keep(_SELECTION, selection.model_dump_json())


def read_selection(checkpoints: Checkpoints) -> Selection:
    """What a run was asked for; everything, if nobody narrowed it."""
    kept = checkpoints.find(_SELECTION)
    return Selection() if kept is None else Selection.model_validate_json(kept)


def records_in(kept: Mapping[str, str]) -> list[TestRecord]:
    """The records of the tests a run has finished so far."""
    return [TestRecord.model_validate_json(text) for key, text in kept.items() if not key.startswith("~")]


def build_report(  # noqa: PLR0913, PLR0917 - a report is all of these
    run: Run, persona: Persona, plan: SuitePlan, results: Sequence[TestResult], judges: Judges, at: datetime
) -> SuiteReport:
    """The report of a run: every test counts but the harmless twins, which are counted apart."""
    own = sorted((result for result in results if not result.id.endswith(TWIN)), key=_by_family)
    twins = [result for result in results if result.id.endswith(TWIN)]
    overall, critical = tally(own), confirmed_critical(own)
    rate_reached = overall.pass_rate is None or overall.pass_rate >= plan.fail_threshold
    tokens, cost_usd = _total_cost(results)
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
        calls=sum(result.calls for result in results),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=max(0, round((at - run.started_at).total_seconds() * 1000)),
        started_at=run.started_at,
        completed_at=at,
        results=tuple(own),
    )


def _by_family(result: TestResult) -> tuple[bool, int, str]:
    return result.id.startswith("x."), list(Family).index(result.family), result.id


def _total_cost(results: Sequence[TestResult]) -> tuple[TokenUsage, float | None]:
    calls = [
        ModelCall(provider="", model="", duration_ms=0, tokens=result.tokens, cost_usd=result.cost_usd)
        for result in results
    ]
    return tokens_and_cost(calls)
