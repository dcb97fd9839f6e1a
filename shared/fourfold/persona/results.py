"""What jobs and refinements found out about a persona, as it is shown in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Literal

from fourfold.ids import RunId
from fourfold.persona.document import Document


class Grade(StrEnum):
    """How well the fingerprint separates its persona from others: equal error rate up to 10%, up to 20%, or above."""

    STRONG = "strong"
    USABLE = "usable"
    WEAK = "weak"


class FingerprintSummary(Document):
    """The summary of the fingerprint in the persona. `stale`: a layer has changed since it was computed.

    `persona_version` is the version it was computed from; null for those of earlier versions of fourfold.
    """

    run_id: RunId
    embedder: str
    scenario_set: str
    grade: Grade
    eer: float | None
    persona_version: int | None = None
    stale: bool = False
    created_at: datetime


class TestSuiteCounts(Document):
    """The number of tests by verdict. `total` includes `inconclusive` and `error`."""

    __test__ = False  # keeps pytest from collecting the class

    total: int
    passed: int
    failed: int
    inconclusive: int
    error: int


class TestSuiteSummary(Document):
    """The newest complete run of the provocation suite. `persona_version` is the version that was tested.

    `pass_rate` is `passed / total`; `interval` is its 95% Wilson score interval. `stale`: a layer has changed since.
    """

    __test__ = False

    run_id: RunId
    persona_version: int
    passed: bool
    pass_rate: float | None
    interval: tuple[float, float]
    counts: TestSuiteCounts
    confirmed_critical: tuple[str, ...]
    catalog_version: str
    stale: bool = False
    completed_at: datetime


AxisName = Literal["warmth", "gravity", "intensity", "irony"]


class Refined(Document):
    """How far a layer moved along a tonal axis, as the audit's model read it before and after (-1 to 1).

    `amount` was asked. `reached`: `moved` is at least half of it, or half of what the scale left. The readings are null
    if the audit's model gave none.
    """

    layer: Literal["soul", "mask"]
    axis: AxisName
    amount: float
    before: float | None = None
    after: float | None = None
    moved: float | None = None
    reached: bool | None = None
