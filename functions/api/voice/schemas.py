"""Reply models of the voice routes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fourfold.ids import PersonaId
from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from fourfold.problem import Problem


class FingerprintRequest(BaseModel):
    """How to compute the fingerprint."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, json_schema_extra={"examples": [{"dry_run": True}]}
    )

    dry_run: Annotated[
        bool, Field(description="Return an estimate of calls, tokens and USD; nothing is stored or spent.")
    ] = False


class Voice(BaseModel):
    """The system prompt of the persona, and example lines in its language."""

    persona_id: PersonaId
    version: int
    language: str | None
    system_prompt: str
    example_lines: tuple[str, ...]


class OwnDistances(BaseModel):
    """Distances of the persona's own held-out replies. `auto_threshold` is the value of `threshold: auto`."""

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
    """Separation of the persona from other voices, per reply: equal error rate `eer` (0-1) and `auc` (0.5-1)."""

    personas: int | None
    replies: int
    median: float
    eer: float
    auc: float


class FingerprintReport(BaseModel):
    """A persona's voice fingerprint. All fields but the status are null until the first one is ready.

    While a new fingerprint is computed, the previous one is returned. `separation` is from the plain assistant, the
    shipped cohort of personas, and the workspace's other personas (null if there are none).
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


class NearVoice(BaseModel):
    """One of the nearest voices: its distance between the two means, and the style features that both share most."""

    persona_id: PersonaId
    name: str | None
    distance: float
    score: float
    alike: tuple[str, ...]


class DistinctivenessReport(BaseModel):
    """How distinct the voice is from the baseline, 0 (one reply never distinguishes them) to 1 (always).

    `interval` is the 95 % interval of the score, of `replies` replies of the baseline. The verdict compares the
    interval with `engine.fingerprint.min_distinctiveness`: `distinct` above it, `too_close` below it, else `uncertain`;
    `not_measured` (score and interval are null) if there is nothing to compare with. `nearest` are the three nearest
    voices among the workspace's newest.
    """

    persona_id: PersonaId
    baseline: str
    score: float | None
    interval: tuple[float, float] | None
    replies: int
    minimum: float
    verdict: Literal["distinct", "uncertain", "too_close", "not_measured"]
    nearest: tuple[NearVoice, ...]
