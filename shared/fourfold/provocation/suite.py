"""The suite as a background job: one item per test, with every paid model answer checkpointed."""

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

# Checkpoint keys of the plan, the selection and paid answers. `~` keeps them apart from test ids.
_PLAN, _SELECTION, _ANSWER = "~plan", "~selection", "~paid/"


class SuiteStore(Protocol):
    """Stores suite reports permanently."""

    def keep(self, workspace_id: str, report: SuiteReport) -> None:
        """Stores the report of a run. Storing it again changes nothing."""


@dataclass
class CheckpointCache:
    """A `CallCache` in the run's checkpoints: answers paid for by an earlier worker of the run are reused."""

    checkpoints: Checkpoints
    stored: Mapping[str, str]

    def get_or_make(self, key: str, make: Callable[[], str]) -> str:
        """Returns the stored answer, or makes one and stores it before it is used."""
        answer = self.stored.get(_ANSWER + key)
        if answer is None:
            answer = make()
            self.checkpoints.keep(_ANSWER + key, answer)
        return answer


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
    checkpoints: Checkpoints
    make_plan: Callable[[Selection], SuitePlan]
    reports: SuiteStore
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _stored(self) -> Mapping[str, str]:
        return self.checkpoints.read()

    @cached_property
    def _plan(self) -> SuitePlan:
        stored = self._stored
        if _PLAN in stored:
            return SuitePlan.model_validate_json(stored[_PLAN])
        selection = Selection.model_validate_json(stored[_SELECTION]) if _SELECTION in stored else Selection()
        self.checkpoints.keep(_PLAN, self.make_plan(selection).model_dump_json())
        # Another worker may have stored its plan first: read back the one that won.
        return SuitePlan.model_validate_json(self.checkpoints.read()[_PLAN])

    @cached_property
    def _tests(self) -> Mapping[str, ProvocationTest]:
        return {test.id: test for test in self._plan.all_tests()}

    @cached_property
    def _context(self) -> ProvocationContext:
        second = self.second if self._plan.second_judgement else None
        return ProvocationContext(
            self.persona, self.speaker, self.first, second, CheckpointCache(self.checkpoints, self._stored)
        )

    def items(self) -> Sequence[str]:
        """The ids of the tests, longest first."""
        return tuple(self._tests)

    def perform(self, key: str) -> str:
        """Runs all repetitions of one test; returns its record as JSON.

        Raises:
            ModelError: a failure that affects every test.
        """
        with self._lock:  # cached properties are computed once, although items run on several threads
            plan, context, test = self._plan, self._context, self._tests[key]
        runs = [run_test(test, repetition, context) for repetition in range(1, plan.repetitions(test) + 1)]
        return record_of(test, runs).model_dump_json()

    def conclude(self, run: Run, kept: Mapping[str, str], at: datetime) -> Conclusion:
        """Builds and stores the report, with its event and the persona's summary.

        Raises:
            JobFailedError: most tests have no verdict because the answers of the model or its judge were unreadable. A
                pass rate of the rest would say nothing about the persona.
        """
        results = [TestRecord.model_validate_json(kept[key]).result for key in self._tests]
        require_verdicts(results)
        report = build_report(run, self.persona, self._plan, results, self._judges(), at, failed_calls(kept))
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

    def calls_in(self, kept: Mapping[str, str]) -> Iterable[ModelCall]:
        """The calls of finished tests, each test's as one, and those paid for unfinished ones."""
        finished = [TestRecord.model_validate_json(kept[key]).result for key in self._tests if key in kept]
        yield from map(_as_call, finished)
        for key, text in kept.items():
            if key.startswith(_ANSWER) and key.removeprefix(_ANSWER).split("/")[0] not in kept:
                yield from _PAID_CALLS.validate_json(text).calls

    def _judges(self) -> Judges:
        second = self.second.config.model if self._plan.second_judgement else None
        return judges_of(self.first.config.model, second)


def store_selection(checkpoints: Checkpoints, selection: Selection) -> None:
    """Stores the selection of a run; call it before the job message is sent."""
    if selection != Selection():
        checkpoints.keep(_SELECTION, selection.model_dump_json())


def read_selection(checkpoints: Checkpoints) -> Selection:
    """Reads the selection of a run; without one, it selects everything."""
    stored = checkpoints.find(_SELECTION)
    return Selection() if stored is None else Selection.model_validate_json(stored)


def records_in(kept: Mapping[str, str]) -> list[TestRecord]:
    """The records of the finished tests among a run's checkpoints."""
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
    own = sorted((result for result in results if not result.id.endswith(TWIN)), key=_by_family)
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
