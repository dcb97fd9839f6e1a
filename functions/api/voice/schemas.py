"""What the routes of a persona's voice answer with."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from fourfold.ids import PersonaId
from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from fourfold.problem import Problem


class Voice(BaseModel):
    """A system prompt that makes a model answer as the persona, and lines it would say."""

    persona_id: PersonaId
    version: int
    language: str | None
    system_prompt: str
    example_lines: tuple[str, ...]


class OwnDistances(BaseModel):
    """Distances of the persona's own held-out replies; `auto_threshold` is what `threshold: auto` comes to."""

    n: int
    mean: float
    deviation: float
    median: float
    p95: float
    smallest_p: float
    auto_threshold: float
    false_alarm_rate: float
    distances: tuple[float, ...] | None


class Separation(BaseModel):
    """How well the fingerprint tells others from its persona, by single replies: `eer` 0-1, `auc` 0.5-1."""

    personas: int | None
    replies: int
    median: float
    eer: float
    auc: float


class FingerprintReport(BaseModel):
    """A persona's voice fingerprint. All but the status is null before the first one is ready.

    While a new one is made, the one before is told. `separation` is by whom it is told from: the bare assistant, the
    shipped cohort of other personas, and this workspace's own (null while there are none).
    """

    persona_id: str
    status: JobStatus
    run_id: str | None
    error: Problem | None
    embedder: str | None = None
    scenario_set: str | None = None
    scenarios: int | None = None
    scored: int | None = None
    grade: Grade | None = None
    reasons: tuple[str, ...] | None = None
    calibration: OwnDistances | None = None
    separation: dict[Literal["assistant", "cohort", "workspace"], Separation | None] | None = None
    models: tuple[str, ...] | None = None
    tokens: TokenUsage | None = None
    cost_usd: float | None = None
    created_at: str | None = None
    vector: tuple[float, ...] | None = None
