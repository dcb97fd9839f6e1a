"""OpenAPI examples of the chat and drift routes."""

from __future__ import annotations

from typing import Any

from fourfold.drift import Compared, Deviation, Envelope, SessionDrift
from fourfold.persona import Grade, TokenUsage
from functions.api.chat.schemas import ChatReply, ChatUsage, DriftAnswer, DriftReport
from functions.api.openapi.example_values import by_schema

_RUN_ID = "run_01kaqf0c5v3y9m2t8z4n6r1w7c"
SESSION_ID = "ses_01kaqf0c5v3y9m2t8z4n6r1w7d"
ENVELOPE = Envelope(
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
        run_id=_RUN_ID, embedder="writers@1", scenario_set="scenarios@1", grade=Grade.STRONG, calibration=50
    ),
)


def examples() -> dict[str, Any]:
    """Returns an example per schema name."""
    return by_schema(
        [
            ChatReply(
                reply="A little. I wrote two letters instead, and one of them is to you.",
                finish_reason="stop",
                session_id=SESSION_ID,
                drift=ENVELOPE,
                recovery=None,
                usage=ChatUsage(tokens=TokenUsage(input_tokens=1180, output_tokens=64), cost_usd=0.0045, calls=1),
                provider="anthropic",
                model="claude-sonnet-4-6",
            ),
            DriftAnswer(DriftReport(drift=ENVELOPE, session_id=SESSION_ID)),
        ]
    )
