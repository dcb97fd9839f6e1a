"""OpenAPI examples of voice checks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fourfold.drift import Compared, Deviation
from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from fourfold.voice_certificate import AssistantPull, SuiteChange, VoiceCertificate, VoiceShift
from functions.api.openapi.example_values import PERSONA_ID, by_schema
from functions.api.voice_checks.schemas import VoiceChecks

_RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7d"
_CERTIFICATE = VoiceCertificate(
    persona_id=PERSONA_ID,
    persona_version=1,
    run_id=_RUN_ID,
    model="openai:gpt-6.1-terra",
    fingerprint=Compared(
        run_id="run_01kaqf0c5v3y9m2t8z4n6r1w7c",
        embedder="writers@1",
        scenario_set="scenarios@1",
        grade=Grade.STRONG,
        calibration=50,
    ),
    fingerprint_models=("anthropic:claude-sonnet-4-6",),
    verdict="degraded",
    reasons=(),
    scenarios=50,
    pairs=49,
    shift=VoiceShift(estimate=0.031, interval=(0.021, 0.041), margin=0.007, p_value=0.001),
    changed=(
        Deviation(
            feature="sentence_length",
            observed=15.2,
            usual=9.1,
            z=1.4,
            words="runs to 15 words a sentence; the voice keeps to about 9",
        ),
    ),
    assistant_pull=AssistantPull(before=-0.21, after=-0.08),
    suite=SuiteChange(
        pairs=33, both_passed=27, lost=("role.004", "jail.002"), gained=("emo.003",), p_value=1.0, not_compared=()
    ),
    tokens=TokenUsage(input_tokens=61000, output_tokens=4200),
    cost_usd=0.03,
    created_at=datetime(2026, 11, 27, 9, 1, tzinfo=UTC),
)
_CHECKS = VoiceChecks(
    persona_id=PERSONA_ID, status=JobStatus.READY, run_id=_RUN_ID, error=None, certificates=(_CERTIFICATE,)
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema([_CERTIFICATE, _CHECKS])
