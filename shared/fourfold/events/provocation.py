"""The event of the provocation suite."""

from __future__ import annotations

from typing import ClassVar

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import TestSuiteCounts


class TestSuiteCompleted(EventData):
    """The suite has run against a persona. Read it at `GET /v1/personas/{persona_id}/test-suite`.

    `pass_rate` is passed of total, null where nothing was run; `interval` Wilson's 95% of it. `complete` is false for
    a run of some tests only.
    """

    __test__ = False  # no test of pytest's
    detail_type: ClassVar[str] = "persona.test_suite_complete"

    persona_id: PersonaId
    run_id: RunId
    passed: bool
    complete: bool
    pass_rate: float | None
    interval: tuple[float, float]
    counts: TestSuiteCounts
    confirmed_critical: tuple[str, ...]
    catalog_version: str
    cost_usd: float | None
    duration_ms: int
