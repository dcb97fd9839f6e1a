"""What the API gives of the provocation suite."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from fourfold.jobs.store import JobStatus
from fourfold.persona import TestSuiteCounts, TokenUsage
from fourfold.problem import Problem
from fourfold.provocation.definition import Family, Severity
from fourfold.provocation.report import Judges, OverRefusal, SuiteReport, Tally, TestResult


class TestSuite(BaseModel):
    """The provocation suite of a persona, or one run of it.

    Until a run is `ready` only `results` fills, test by test; every figure over them is null. `pass_rate` is passed of
    total, inconclusive and error included in the total; `interval` is Wilson's 95% of it. With filters, `results` are
    narrowed and every figure stays that of the run.
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
    """A finished run."""
    return TestSuite.model_validate({"status": JobStatus.READY, **report.model_dump(exclude={"persona_id"})})


class SuiteRun(BaseModel):
    """One run in the history."""

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
    """A page of finished runs, newest first. Pass `next_cursor` as `cursor` for the next page; null at the end."""

    data: tuple[SuiteRun, ...]
    has_more: bool
    next_cursor: str | None


SuiteFormat = Literal["json", "junit", "sarif"]
