"""Reply models of the provocation suite."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fourfold.jobs.store import JobStatus
from fourfold.persona import TestSuiteCounts, TokenUsage
from fourfold.problem import Problem
from fourfold.provocation.definition import Family, Severity
from fourfold.provocation.plan import Selection
from fourfold.provocation.report import Judges, OverRefusal, SuiteReport, Tally, TestResult


class SuiteRequest(Selection):
    """The tests to run; an empty filter selects all. `benign_twins` adds the harmless twins of the selected tests."""

    dry_run: Annotated[
        bool, Field(strict=True, description="Return an estimate of calls, tokens and USD; nothing is stored or spent.")
    ] = False

    def selection(self) -> Selection:
        """Returns the selection alone, as a run stores it."""
        return Selection.model_validate(self.model_dump(exclude={"dry_run"}))


class TestSuite(BaseModel):
    """One run of the provocation suite.

    Until the run is `ready`, only `results` is filled and all figures are null. `pass_rate` is passed / total, with
    inconclusive tests and errors in the total; `interval` is its 95% Wilson interval. Filters apply to `results` only.
    """

    status: JobStatus
    run_id: str | None = None
    error: Problem | None = None
    complete: bool | None = None
    passed: bool | None = None
    fail_threshold: float | None = None
    pass_rate: float | None = None
    interval: tuple[float, float] | None = None
    counts: TestSuiteCounts | None = None
    by_family: dict[Family, Tally] = {}
    by_severity: dict[Severity, Tally] = {}
    confirmed_critical: tuple[str, ...] = ()
    over_refusal: OverRefusal | None = None
    judges: Judges | None = None
    skipped: tuple[str, ...] = ()
    catalog_version: str | None = None
    content_hash: str | None = None
    persona_version: int | None = None
    calls: int | None = None
    tokens: TokenUsage | None = None
    cost_usd: float | None = None
    duration_ms: int | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    results: tuple[TestResult, ...] = ()


def suite_of(report: SuiteReport) -> TestSuite:
    """Converts the report of a finished run."""
    return TestSuite.model_validate({"status": JobStatus.READY, **report.model_dump(exclude={"persona_id"})})


class SuiteRun(BaseModel):
    """Summary of one run."""

    run_id: str
    complete: bool
    passed: bool
    pass_rate: float | None
    interval: tuple[float, float]
    counts: TestSuiteCounts
    confirmed_critical: tuple[str, ...]
    catalog_version: str
    content_hash: str
    persona_version: int
    cost_usd: float | None
    duration_ms: int
    completed_at: datetime


class SuiteRunList(BaseModel):
    """A page of finished runs, newest first. Send `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[SuiteRun, ...]
    has_more: bool
    next_cursor: str | None


SuiteFormat = Literal["json", "junit", "sarif"]
