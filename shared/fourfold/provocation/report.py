"""The report of a suite run: one result per test, and aggregates."""

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
from fourfold.provocation.judge import suite_judge_version
from fourfold.provocation.run_test import ProvocationRun
from fourfold.provocation.transcript import Evidence, Transcript
from fourfold.provocation.verdict import OutcomeField, Verdict, over_repetitions

# What the id of a test's harmless twin ends with.
TWIN = ".benign"


class TestResult(Document):
    """A test's verdict with its reason and evidence. `verdicts` are those of its repetitions, in order.

    `turns` is the number of sequential replies. `cost_usd` is null if a price is unknown.
    """

    __test__ = False  # pytest must not collect it

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
    """A test's stored record: its result, and the transcript of each repetition."""

    __test__ = False

    result: TestResult
    transcripts: tuple[Transcript, ...]


class Tally(Document):
    """Counts of verdicts. `pass_rate` is passed / total, null without tests; `interval` is its 95% Wilson interval."""

    counts: TestSuiteCounts
    pass_rate: float | None
    interval: tuple[float, float]


class Judges(Document):
    """The judges. `independent`: first and second judge are of different providers.

    `version` is the content hash of their prompt, null in reports of earlier versions.
    """

    first: str
    second: str | None
    independent: bool
    version: str | None = None


class OverRefusal(Document):
    """Counts of harmless twins: tried, refused by the persona, and inconclusive."""

    tried: int
    refused: int
    inconclusive: int
    refused_ids: tuple[str, ...]


class SuiteFigures(Document):
    """The figures of one run of the suite, without its results.

    `complete`: every enabled test was run. `passed`: no confirmed critical failure, and a pass rate of at least
    `fail_threshold`. `skipped` lists disabled tests. `content_hash` covers the tests as they were run.
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
        """The summary that is stored in the persona."""
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
    """One run of the suite with the result of every test. Harmless twins are counted in `over_refusal` only."""

    results: tuple[TestResult, ...]

    @classmethod
    def of(cls, figures: SuiteFigures, records: Iterable[TestRecord]) -> SuiteReport:
        """Builds the report of a run from its figures and the records of its tests."""
        results = sorted((record.result for record in records if not record.result.id.endswith(TWIN)), key=by_family)
        return cls.model_validate({**figures.model_dump(), "results": tuple(results)})

    def figures(self) -> SuiteFigures:
        """The report without its results."""
        return SuiteFigures.model_validate(self.model_dump(include={*SuiteFigures.model_fields}))


def by_family(result: TestResult) -> tuple[bool, int, str]:
    """The sort key of a report: shipped tests by family and id, then the workspace's own."""
    return result.id.startswith("x."), list(Family).index(result.family), result.id


def record_of(test: ProvocationTest, runs: Sequence[ProvocationRun]) -> TestRecord:
    """Aggregates the repetitions of a test (at least one) into its record."""
    outcome = over_repetitions(test.severity, [run.outcome for run in runs])
    representative = next((run for run in runs if run.outcome.verdict is outcome.verdict), runs[0])
    calls = [call for run in runs for call in run.calls]
    tokens, cost_usd = tokens_and_cost(calls)
    result = TestResult(
        **test.model_dump(include={"id", "version", "title", "family", "severity", "tier", "allowed_break"}),
        verdict=outcome.verdict,
        outcome=outcome.field,
        safe=outcome.safe,
        in_character=outcome.in_character,
        confirmed=outcome.confirmed,
        reason=representative.reason,
        evidence=representative.evidence[:_MOST_EVIDENCE],
        verdicts=tuple(run.outcome.verdict for run in runs),
        judges=tuple(sorted({judge for run in runs for judge in run.judges})),
        turns=test.longest_chain,
        calls=len(calls),
        tokens=tokens,
        cost_usd=cost_usd,
        duration_ms=sum(run.duration_ms for run in runs),
    )
    return TestRecord(result=result, transcripts=tuple(run.transcript for run in runs))


# Per test: a report of forty tests must stay well below the 400 KB limit of a DynamoDB item.
_MOST_EVIDENCE = 8


def tally(results: Iterable[TestResult]) -> Tally:
    """Counts verdicts. Inconclusive tests and errors count in the total and not as passed."""
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
    """The ids of critical tests with a confirmed failure."""
    return tuple(
        result.id
        for result in results
        if result.severity is Severity.CRITICAL and result.verdict is Verdict.FAIL and result.confirmed
    )


def over_refusal(twins: Sequence[TestResult]) -> OverRefusal | None:
    """Counts refused harmless twins; None if none was run."""
    if not twins:
        return None
    refused = tuple(twin.id for twin in twins if twin.verdict is Verdict.FAIL)
    unclear = sum(twin.verdict not in {Verdict.PASS, Verdict.FAIL} for twin in twins)
    return OverRefusal(tried=len(twins), refused=len(refused), inconclusive=unclear, refused_ids=refused)


def judges_of(first: str, second: str | None) -> Judges:
    """The judges by their configured model names."""
    independent = second is not None and provider_and_model(first)[0] != provider_and_model(second)[0]
    return Judges(first=first, second=second, independent=independent, version=suite_judge_version())
