"""Examples of what the voice routes answer with."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from fourfold.drift import Compared, Deviation, Envelope, SessionDrift
from fourfold.jobs.store import JobStatus
from fourfold.persona import Grade, TokenUsage
from functions.api.voice.schemas import (
    ChatReply,
    ChatUsage,
    DriftAnswer,
    DriftReport,
    FingerprintReport,
    OwnDistances,
    Separation,
)

_PERSONA_ID, _RUN_ID = "per_01kaqf0c5v3y9m2t8z4n6r1w7a", "run_01kaqf0c5v3y9m2t8z4n6r1w7c"
_SESSION_ID = "ses_01kaqf0c5v3y9m2t8z4n6r1w7d"
_ENVELOPE = Envelope(
    score=0.14,
    threshold=0.3,
    threshold_source="configured",
    false_alarm_rate=None,
    alert=False,
    percentile=62.0,
    p_value=0.39,
    top_features=(
        Deviation(feature="words_per_sentence", observed=19.0, usual=12.4, z=1.7, words="longer sentences than usual"),
    ),
    assistant_pull=-0.21,
    repetition=0.0,
    words=38,
    session=SessionDrift(
        replies=3,
        scored=3,
        cusum=0.4,
        decision=4.8,
        state="in_voice",
        average_run_length=200.0,
        average_run_length_range=(120.0, 420.0),
    ),
    exempt=None,
    fingerprint=Compared(
        run_id=_RUN_ID, embedder="stylometric@1", scenario_set="scenarios@1", grade=Grade.STRONG, calibration=50
    ),
)

VOICE: tuple[BaseModel, ...] = (
    ChatReply(
        reply="A little. I wrote two letters instead, and one of them is to you.",
        session_id=_SESSION_ID,
        drift=_ENVELOPE,
        recovery=None,
        usage=ChatUsage(tokens=TokenUsage(input_tokens=1180, output_tokens=64), cost_usd=0.0045, calls=1),
        provider="anthropic",
        model="claude-sonnet-4-6",
    ),
    DriftAnswer(DriftReport(drift=_ENVELOPE, session_id=_SESSION_ID)),
    FingerprintReport(
        persona_id=_PERSONA_ID,
        status=JobStatus.READY,
        run_id=_RUN_ID,
        error=None,
        embedder="stylometric@1",
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
    ),
)
