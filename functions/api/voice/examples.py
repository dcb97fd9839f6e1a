"""OpenAPI examples of the voice routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from functions.api.openapi.example_values import PERSONA_ID, by_schema
from functions.api.voice.schemas import (
    DistinctivenessReport,
    FingerprintReport,
    NearVoice,
    OwnDistances,
    Separation,
    Voice,
)

_RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7c"
_VOICE = Voice(
    persona_id=PERSONA_ID,
    version=1,
    language="tr",
    system_prompt="You are Deniz Aksoy, 34, founder of a returns service in Istanbul.",
    example_lines=("Bir şey sorabilir miyim?",),
)
_FINGERPRINT = FingerprintReport(
    persona_id=PERSONA_ID,
    status=JobStatus.READY,
    run_id=_RUN_ID,
    error=None,
    embedder="writers@1",
    scenario_set="scenarios@1",
    scenarios=50,
    scored=50,
    grade=Grade.STRONG,
    reasons=(),
    calibration=OwnDistances(
        n=50,
        mean=0.12,
        deviation=0.04,
        median=0.11,
        p95=0.19,
        smallest_p=0.02,
        auto_threshold=0.2,
        false_alarm_rate=0.05,
        distances=None,
    ),
    separation={
        "assistant": Separation(personas=None, replies=10, median=0.41, eer=0.02, auc=0.99),
        "cohort": Separation(personas=None, replies=120, median=0.33, eer=0.06, auc=0.97),
        "workspace": None,
    },
    models=("anthropic:claude-sonnet-4-6",),
    tokens=TokenUsage(input_tokens=61000, output_tokens=4200),
    cost_usd=0.03,
    created_at=datetime(2026, 11, 23, 9, 1, tzinfo=UTC).isoformat(),
)
_DISTINCTIVENESS = DistinctivenessReport(
    persona_id=PERSONA_ID,
    baseline="workspace",
    score=0.84,
    interval=(0.76, 0.92),
    replies=40,
    minimum=0.5,
    verdict="distinct",
    nearest=(
        NearVoice(
            persona_id="per_01kaqf0c5v3y9m2t8z4n6r1w7z",
            name="Selin Demir",
            distance=0.16,
            score=0.71,
            alike=("hedges",),
        ),
    ),
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema([_VOICE, _FINGERPRINT, _DISTINCTIVENESS])
