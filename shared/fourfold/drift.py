"""The drift envelope as everybody sees it: the chat's answer, the API's, and the event's."""

from __future__ import annotations

from typing import Literal

from fourfold.persona import Document, Grade

Exempt = Literal["too_short", "fingerprint_pending", "fingerprint_failed", "embedder_mismatch", "switched_off"]


class Deviation(Document):
    """A habit the reply breaks: `observed` here, `usual` in the voice, `z` deviations apart, and the same in words."""

    feature: str
    observed: float
    usual: float
    z: float
    words: str


class SessionDrift(Document):
    """The session so far: a CUSUM over the scored replies' z-scores, which alarms above `decision`.

    `average_run_length` is the mean number of in-voice replies between two false alarms if the calibration were exact;
    `average_run_length_range` is where it lies for four of five voices calibrated on as few replies as these.
    """

    replies: int
    scored: int
    cusum: float
    decision: float
    state: Literal["in_voice", "watch", "drift"]
    average_run_length: float
    average_run_length_range: tuple[float, float]


class Compared(Document):
    """What the reply was compared with."""

    run_id: str
    embedder: str
    scenario_set: str
    grade: Grade
    calibration: int


class Envelope(Document):
    """A reply's drift. What could not be told is null, and `exempt` says why.

    `score` is the cosine distance to the fingerprint, `alert` whether it exceeds `threshold`. Of a hundred of the
    voice's own held-out replies, `percentile` are nearer; `p_value` is conformal. `assistant_pull` is the similarity to
    the bare assistant less that to the voice: above 0 it sounds more like the assistant. `repetition` is the greatest
    share of its three-word runs that one of the session's last ten replies has too.
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
