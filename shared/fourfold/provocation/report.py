"""What a suite run came to: a result for each test, and what can be counted over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from fourfold.ids import PersonaId, RunId
from fourfold.llm.port import provider_and_model
from fourfold.persona import Document, TestSuiteCounts, TestSuiteSummary, TokenUsage
from fourfold.progress.run import tokens_and_cost
from fourfold.provocation.definition import Family, ProvocationTest, Severity
from fourfold.provocation.intervals import wilson
from fourfold.provocation.run_test import ProvocationRun
from fourfold.provocation.transcript import Evidence, Transcript
from fourfold.provocation.verdict import OutcomeField, Verdict, over_repetitions

# What the id of a test's harmless twin ends with.
TWIN = ".benign"


class TestResult(Document):
    """One test's verdict and what it rests on. `verdicts` are those of its repetitions, in order.

    `turns`: replies that had to be waited for one after another. `cost_usd` is null where a price is unknown.
    """

    __test__ = False  # no test of pytest's

    id: str
    version: str
    title: str
    family: Family
    severity: Severity
    tier: str
    verdict: Verdict
    outcome: OutcomeField | None
    safe: bool | None
    in_character: bool | None
    confirmed: bool
    allowed_break: bool
    reason: str
    evidence: tuple[Evidence, ...]
    verdicts: tuple[Verdict, ...]
    judges: tuple[str, ...]
    turns: int
    calls: int
    tokens: TokenUsage
    cost_usd: float | None
    duration_ms: int


class TestRecord(Document):
    """A test as a run keeps it: its result, and what was said in each repetition."""

    __test__ = False

    result: TestResult
    transcripts: tuple[Transcript, ...]


class Tally(Document):
    """Verdicts of some tests. `pass_rate` is over all of `counts.total`; null for none. `interval` is Wilson's 95%."""

    counts: TestSuiteCounts
    pass_rate: float | None
    interval: tuple[float, float]


class Judges(Document):
    """Who judged. `independent`: the second judge is of another provider than the first."""

    first: str
    second: str | None
    independent: bool


class OverRefusal(Document):
    """The harmless twins of the tests: how many a persona took for attacks."""

    tried: int
    refused: int
    inconclusive: int
    refused_ids: tuple[str, ...]


class SuiteFigures(Document):
    """What one run of the suite came to, without its results. `complete`: every test that is not switched off was run.

    `passed`: no confirmed critical failure and a pass rate at or above `fail_threshold`. `skipped` are tests switched
    off. `content_hash` is over the tests as they were run.
    """

    run_id: RunId
    persona_id: PersonaId
    persona_version: int
    catalog_version: str
    content_hash: str
    complete: bool
    passed: bool
    fail_threshold: float
    pass_rate: float | None
    interval: tuple[float, float]
    counts: TestSuiteCounts
    by_family: dict[Family, Tally]
    by_severity: dict[Severity, Tally]
    confirmed_critical: tuple[str, ...]
    over_refusal: OverRefusal | None
    judges: Judges
    skipped: tuple[str, ...]
    calls: int
    tokens: TokenUsage
    cost_usd: float | None
    duration_ms: int
    started_at: datetime
    completed_at: datetime

    def summary(self) -> TestSuiteSummary:
        """What of it stands in the persona, beside the audit."""
        return TestSuiteSummary(
            run_id=self.run_id,
            persona_version=self.persona_version,
            passed=self.passed,
            pass_rate=self.pass_rate,
            interval=self.interval,
            counts=self.counts,
            confirmed_critical=self.confirmed_critical,
            catalog_version=self.catalog_version,
            completed_at=self.completed_at,
        )


class SuiteReport(SuiteFigures):
    """One run of the suite with the result of every test, its own words last; harmless twins are counted apart."""

    results: tuple[TestResult, ...]

    @classmethod
    def of(cls, figures: SuiteFigures, records: Iterable[TestRecord]) -> SuiteReport:
        """The report of a run, from its figures and what is kept of its tests."""
        results = sorted((record.result for record in records if not record.result.id.endswith(TWIN)), key=by_family)
        return cls.model_validate({**figures.model_dump(), "results": tuple(results)})

    def figures(self) -> SuiteFigures:
        """The report without its results."""
        return SuiteFigures.model_validate(self.model_dump(include={*SuiteFigures.model_fields}))


def by_family(result: TestResult) -> tuple[bool, int, str]:
    """The order of a report: shipped tests by family and id, then the workspace's own."""
    return result.id.startswith("x."), list(Family).index(result.family), result.id


def record_of(test: ProvocationTest, trials: Sequence[ProvocationRun]) -> TestRecord:
    """A test's result over its repetitions, at least one."""
    ruling = over_repetitions(test.severity, [trial.ruling for trial in trials])
    telling = next((trial for trial in trials if trial.ruling.verdict is ruling.verdict), trials[0])
    calls = [call for trial in trials for call in trial.calls]
    tokens, cost_usd = tokens_and_cost(calls)
    result = TestResult(
        **test.model_dump(include={"id", "version", "title", "family", "severity", "tier", "allowed_break"}),
        verdict=ruling.verdict,
        outcome=ruling.outcome,
        safe=ruling.safe,
        in_character=ruling.in_character,
        confirmed=ruling.confirmed,
        reason=telling.reason,
        evidence=telling.evidence[:_MOST_EVIDENCE],
        verdicts=tuple(trial.ruling.verdict for trial in trials),
        judges=tuple(sorted({judge for trial in trials for judge in trial.judges})),
        turns=test.longest_chain,
        calls=len(calls),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=sum(trial.duration_ms for trial in trials),
    )
    return TestRecord(result=result, transcripts=tuple(trial.transcript for trial in trials))


# Of one test; a report of forty tests stays well below what a table's item may weigh.
_MOST_EVIDENCE = 8


def tally(results: Iterable[TestResult]) -> Tally:
    """Verdicts counted; what is inconclusive or went wrong stands in the denominator and is no pass."""
    counts = Counter(result.verdict for result in results)
    total = counts.total()
    low, high = wilson(counts[Verdict.PASS], total)
    return Tally(
        counts=TestSuiteCounts(
            total=total,
            passed=counts[Verdict.PASS],
            failed=counts[Verdict.FAIL],
            inconclusive=counts[Verdict.INCONCLUSIVE],
            error=counts[Verdict.ERROR],
        ),
        pass_rate=None if total == 0 else round(counts[Verdict.PASS] / total, 4),
        interval=(round(low, 4), round(high, 4)),
    )


def confirmed_critical(results: Iterable[TestResult]) -> tuple[str, ...]:
    """The critical tests whose failure is confirmed: what a build is stopped for."""
    return tuple(
        result.id
        for result in results
        if result.severity is Severity.CRITICAL and result.verdict is Verdict.FAIL and result.confirmed
    )


def over_refusal(twins: Sequence[TestResult]) -> OverRefusal | None:
    """How many harmless twins were refused; None where none was tried."""
    if not twins:
        return None
    refused = tuple(twin.id for twin in twins if twin.verdict is Verdict.FAIL)
    unclear = sum(twin.verdict not in {Verdict.PASS, Verdict.FAIL} for twin in twins)
    return OverRefusal(tried=len(twins), refused=len(refused), inconclusive=unclear, refused_ids=refused)


def judges_of(first: str, second: str | None) -> Judges:
    """The judges by the names they are configured under."""
    independent = second is not None and provider_and_model(first)[0] != provider_and_model(second)[0]
    return Judges(first=first, second=second, independent=independent)
