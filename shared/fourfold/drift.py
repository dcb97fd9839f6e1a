"""The drift envelope: one shape for chat replies, the drift endpoint and the `persona.drift_detected` event."""

from __future__ import annotations

from typing import Literal

from fourfold.persona import Document, Grade

Exempt = Literal["too_short", "fingerprint_pending", "fingerprint_failed", "embedder_mismatch", "switched_off"]


class Deviation(Document):
    """A feature in which the reply deviates from the voice: observed and usual value, z-score, and a description."""

    feature: str
    observed: float
    usual: float
    z: float
    words: str


class SessionDrift(Document):
    """Drift over a session: a CUSUM (cumulative sum) of the scored replies' z-scores, which alarms above `decision`.

    `average_run_length` is the mean number of in-voice replies between two false alarms, assuming exact calibration.
    `average_run_length_range` is its 80% range for voices calibrated on the same number of replies, as it was measured.
    """

    replies: int
    scored: int
    cusum: float
    decision: float
    state: Literal["in_voice", "watch", "drift"]
    average_run_length: float
    average_run_length_range: tuple[float, float]


class Compared(Document):
    """The fingerprint that the reply was compared with."""

    run_id: str
    embedder: str
    scenario_set: str
    grade: Grade
    calibration: int


class Envelope(Document):
    """The drift of a reply. Values that could not be computed are null, and `exempt` says why.

    `score` is the cosine distance to the fingerprint; `alert` is whether it exceeds `threshold`. `percentile` is the
    percentage of the voice's own held-out replies that are nearer; `p_value` is the conformal p-value. `assistant_pull`
    is the similarity to the plain assistant minus the similarity to the voice: above 0, the reply is closer to the
    assistant. `repetition` is the greatest share of the reply's word trigrams that also occur in one of the session's
    last ten replies.
    """

    score: float | None
    threshold: float | None
    threshold_source: Literal["configured", "auto"]
    false_alarm_rate: float | None
    alert: bool
    percentile: float | None
    p_value: float | None
    top_features: tuple[Deviation, ...]
    assistant_pull: float | None
    repetition: float | None
    words: int
    session: SessionDrift | None
    exempt: Exempt | None
    fingerprint: Compared | None
