"""The event of the provocation suite."""

from __future__ import annotations

from typing import ClassVar

from fourfold.events.envelope import EventData
from fourfold.ids import PersonaId, RunId
from fourfold.persona import TestSuiteCounts


class TestSuiteCompleted(EventData):
    """The provocation suite has run. Read its report with `GET /v1/personas/{persona_id}/test-suite`.

    `pass_rate` is passed / total, null if no test was run; `interval` is its 95% Wilson score interval. `complete` is
    false if only some tests were run.
    """

    __test__ = False  # keeps pytest from collecting the class
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
