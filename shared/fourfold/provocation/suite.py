"""The suite as a background job: its tests are the job's items, and every paid answer is kept on the way."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Protocol

from pydantic import BaseModel, TypeAdapter

from fourfold.events.envelope import bus_entry
from fourfold.events.provocation import TestSuiteCompleted
from fourfold.jobs.job import Conclusion, JobFailedError, failed_calls
from fourfold.jobs.store import Checkpoints
from fourfold.llm.advice import advice
from fourfold.llm.port import ModelCall, ModelFailure
from fourfold.persona import Persona
from fourfold.pipeline.failure import model_problem
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
from fourfold.provocation.verdict import Verdict

# Beside the items, a run keeps its plan, its selection and each paid answer. No test's id begins so.
_PLAN, _SELECTION, _PAID = "~plan", "~selection", "~paid/"


class SuiteStore(Protocol):
    """Where reports are kept for good."""

    def keep(self, workspace_id: str, report: SuiteReport) -> None:
        """Keeps the report of a run; the same run's again changes nothing."""


@dataclass
class PaidAnswers:
    """A `Ledger` among a run's checkpoints: what an earlier worker of the run has paid for is read, not asked."""

    checkpoints: Checkpoints
    kept: Mapping[str, str]

    def once(self, key: str, make: Callable[[], str]) -> str:
        """The answer kept under `key`, or a new one, kept before it is used."""
        paid = self.kept.get(_PAID + key)
        if paid is None:
            paid = make()
            self.checkpoints.keep(_PAID + key, paid)
        return paid


@dataclass
class SuiteJob:
    """Implements `fourfold.jobs.job.Job` for a suite run. `make_plan` is called once for each run.

    `first` and `second` are the judges as they are configured.
    """

    run: Run
    persona: Persona
    speaker: Speaker
    first: JudgeConfig
    second: JudgeConfig
    checkpoints: Checkpoints
    make_plan: Callable[[Selection], SuitePlan]
    archive: SuiteStore
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
        return {test.id: test for test in self._plan.every()}

    @cached_property
    def _room(self) -> ProvocationContext:
        second = self.second if self._plan.second_judgement else None
        return ProvocationContext(
            self.persona, self.speaker, self.first, second, PaidAnswers(self.checkpoints, self._kept)
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
            plan, room, test = self._plan, self._room, self._tests[key]
        trials = [run_test(test, number, room) for number in range(1, plan.trials(test) + 1)]
        return record_of(test, trials).model_dump_json()

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """The report over all records, archived, with its event and the summary for the persona.

        Raises:
            JobFailedError: most tests have no verdict, because the model or its judge could not be read: a pass rate
                over the rest would say nothing about the persona.
        """
        results = [TestRecord.model_validate_json(kept[key]).result for key in self._tests]
        require_verdicts(results)
        report = reported(run, self.persona, self._plan, results, self._judges(), at, failed_calls(kept))
        self.archive.keep(run.workspace_id, report)
        told = report.model_dump(include={*TestSuiteCompleted.model_fields})
        event = TestSuiteCompleted.model_validate(told)
        entry = bus_entry(event, workspace_id=run.workspace_id, correlation_id=run.id, occurred_at=at)
        summary = report.summary()
        return Conclusion(
            result=report.model_dump_json(),
            entry=entry,
            tokens=report.tokens,
            cost_usd=report.cost_usd,
            summary=(lambda persona: persona.model_copy(update={"test_suite": summary})) if report.complete else None,
        )

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of finished tests, each test's as one, and those paid for unfinished ones."""
        finished = [TestRecord.model_validate_json(kept[key]).result for key in self._tests if key in kept]
        yield from map(_as_call, finished)
        for key, text in kept.items():
            if key.startswith(_PAID) and key.removeprefix(_PAID).split("/")[0] not in kept:
                yield from _PAID_CALLS.validate_json(text).calls

    def _judges(self) -> Judges:
        second = self.second.config.model if self._plan.second_judgement else None
        return judges_of(self.first.config.model, second)


def selection_kept(checkpoints: Checkpoints, selection: Selection) -> None:
    """Keeps what a run is asked for, before its order is sent."""
    if selection != Selection():
        checkpoints.keep(_SELECTION, selection.model_dump_json())


def selection_of(checkpoints: Checkpoints) -> Selection:
    """What a run was asked for; everything, if nobody narrowed it."""
    kept = checkpoints.find(_SELECTION)
    return Selection() if kept is None else Selection.model_validate_json(kept)


def records_in(kept: Mapping[str, str]) -> list[TestRecord]:
    """The records of the tests a run has finished so far."""
    return [TestRecord.model_validate_json(text) for key, text in kept.items() if not key.startswith("~")]


def require_verdicts(results: Sequence[TestResult]) -> None:
    """Raises JobFailedError if more than half of the tests have no verdict."""
    without = [result for result in results if result.verdict is Verdict.ERROR]
    if 2 * len(without) <= len(results):
        return
    [(reason, times)] = Counter(result.reason for result in without).most_common(1)
    failure = next((failure for failure in ModelFailure if f": {failure}" in reason), ModelFailure.INVALID_OUTPUT)
    raise JobFailedError(
        model_problem(
            failure,
            f"{len(without)} of {len(results)} tests have no verdict; {times} of them: {reason} "
            f"{advice(failure, 'engine.provocation.judge')}",
        )
    )


def reported(  # noqa: PLR0913, PLR0917 - a report is all of these
    run: Run,
    persona: Persona,
    plan: SuitePlan,
    results: Sequence[TestResult],
    judges: Judges,
    at: datetime,
    failed: Sequence[ModelCall] = (),
) -> SuiteReport:
    """The report of a run: every test counts but the harmless twins, which are counted apart.

    `failed` are calls of attempts at a test that came to nothing.
    """
    own = sorted((result for result in results if not result.id.endswith(TWIN)), key=_by_family)
    twins = [result for result in results if result.id.endswith(TWIN)]
    whole, critical = tally(own), confirmed_critical(own)
    enough = whole.pass_rate is None or whole.pass_rate >= plan.fail_threshold
    tokens, cost_usd = tokens_and_cost([*map(_as_call, results), *failed])
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
        calls=sum(result.calls for result in results) + len(failed),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=max(0, round((at - run.started_at).total_seconds() * 1000)),
        started_at=run.started_at,
        completed_at=at,
        results=tuple(own),
    )


def _by_family(result: TestResult) -> tuple[bool, int, str]:
    return result.id.startswith("x."), list(Family).index(result.family), result.id


def _as_call(result: TestResult) -> ModelCall:
    """What a test cost, as one call."""
    return ModelCall(provider="", model="", duration_ms=0, tokens=result.tokens, cost_usd=result.cost_usd)


class _PaidAnswer(BaseModel):
    """What of a paid answer is counted, whatever it is an answer to."""

    calls: tuple[ModelCall, ...]


_PAID_CALLS = TypeAdapter(_PaidAnswer)
