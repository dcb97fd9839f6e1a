"""The drift envelope: distance of a reply to the fingerprint, calibrated figures, and the features that differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fourfold.config.engine import DriftConfig
from fourfold.drift import Compared, Envelope, Exempt, SessionDrift
from fourfold.voice.drift_state import DriftState
from fourfold.voice.embedder import Vector, cosine_distance
from fourfold.voice.features import deviations
from fourfold.voice.fingerprint import MIN_WORDS, Fingerprint, unpacked
from fourfold.voice.statistics import (
    DECISION,
    average_run_length,
    conformal_p,
    conformal_threshold,
    cusum_step,
    percentile_of,
    session_z,
)
from fourfold.voice.words import length_in_words, words_of

RECENT_REPLIES = 10
_WATCH_LEVEL = DECISION / 2
_RUN_WORDS = 3


def envelope(
    reply: str, vector: Vector, fingerprint: Fingerprint, config: DriftConfig, session: DriftState | None
) -> tuple[Envelope, DriftState | None]:
    """Returns the envelope of a reply, and the session state after it (None without a session).

    `vector` is the reply's, by the fingerprint's embedder. After an alarm the CUSUM restarts at 0.
    """
    words = length_in_words(reply)
    repeated_share = None if session is None else repetition(reply, session.recent)
    calibration = fingerprint.calibration
    threshold, source = _threshold(fingerprint, config)
    rate = config.false_alarm_rate if source == "auto" else None
    if words < MIN_WORDS:
        after = None if session is None else _after_reply(session, reply)
        session_drift = None if after is None else _session_drift(after, after.cusum, calibration.n)
        return _exempt_envelope("too_short", words, repeated_share, session_drift, fingerprint), after
    score = cosine_distance(vector, unpacked(fingerprint.vector))
    assistant_pull = (
        None
        if fingerprint.assistant_vector is None
        else score - cosine_distance(vector, unpacked(fingerprint.assistant_vector))
    )
    after, session_drift = None, None
    if session is not None:
        z = session_z(score, calibration.mean, calibration.standard_error, calibration.deviation)
        cusum = cusum_step(session.cusum, z)
        after = _after_reply(session, reply, cusum=0.0 if cusum > DECISION else cusum, scored=session.scored + 1)
        session_drift = _session_drift(after, cusum, calibration.n)
    result = Envelope(
        score=round(score, 4),
        threshold=round(threshold, 4),
        threshold_source=source,
        false_alarm_rate=rate,
        alert=score > threshold,
        percentile=round(percentile_of(calibration.distances, score), 1),
        p_value=round(conformal_p(calibration.distances, score), 4),
        top_features=deviations(reply, fingerprint.profile),
        assistant_pull=None if assistant_pull is None else round(assistant_pull, 4),
        repetition=repeated_share,
        words=words,
        session=session_drift,
        exempt=None,
        fingerprint=compared(fingerprint),
    )
    return result, after


def unscored(reason: Exempt, reply: str) -> Envelope:
    """Returns the envelope of a reply that cannot be compared, with the reason in `exempt`."""
    return _exempt_envelope(reason, length_in_words(reply), None, None, None)


def repetition(reply: str, earlier: Sequence[str]) -> float | None:
    """Highest share (0-1) of the reply's word trigrams that one earlier reply contains; None under three words."""
    own_runs = _runs(reply)
    if not own_runs:
        return None
    return round(max((len(own_runs & _runs(other)) / len(own_runs) for other in earlier), default=0.0), 3)


def _threshold(fingerprint: Fingerprint, config: DriftConfig) -> tuple[float, Literal["configured", "auto"]]:
    if config.threshold == "auto":
        return conformal_threshold(fingerprint.calibration.distances, config.false_alarm_rate), "auto"
    return config.threshold, "configured"


def _after_reply(session: DriftState, reply: str, cusum: float | None = None, scored: int | None = None) -> DriftState:
    return DriftState(
        cusum=session.cusum if cusum is None else cusum,
        replies=session.replies + 1,
        scored=session.scored if scored is None else scored,
        recent=(*session.recent, reply)[-RECENT_REPLIES:],
    )


def _session_drift(after: DriftState, cusum: float, calibrated: int) -> SessionDrift:
    state: Literal["in_voice", "watch", "drift"] = (
        "drift" if cusum > DECISION else "watch" if cusum > _WATCH_LEVEL else "in_voice"
    )
    return SessionDrift(
        replies=after.replies,
        scored=after.scored,
        cusum=round(cusum, 3),
        decision=DECISION,
        state=state,
        average_run_length=round(average_run_length(), 0),
        average_run_length_range=run_length_range(calibrated),
    )


def run_length_range(calibrated: int) -> tuple[float, float]:
    """80% range of the in-control run length, in replies, for a calibration of `calibrated` replies.

    Simulated for n = 200 and 500 (normal distances, h = 4.39). For fewer it is what 44 people of the training half of
    the chat corpus had, calibrated on 50 replies each, in sessions on a topic; 3,000 replies is as far as was measured.
    """
    for least, between in ((500, (359.0, 777.0)), (200, (221.0, 1283.0))):
        if calibrated >= least:
            return between
    return (90.0, 3000.0)


def _exempt_envelope(
    reason: Exempt,
    words: int,
    repeated_share: float | None,
    session: SessionDrift | None,
    fingerprint: Fingerprint | None,
) -> Envelope:
    return Envelope(
        score=None,
        threshold=None,
        threshold_source="configured",
        false_alarm_rate=None,
        alert=False,
        percentile=None,
        p_value=None,
        top_features=(),
        assistant_pull=None,
        repetition=repeated_share,
        words=words,
        session=session,
        exempt=reason,
        fingerprint=None if fingerprint is None else compared(fingerprint),
    )


def compared(fingerprint: Fingerprint) -> Compared:
    """What an envelope or a certificate says of the fingerprint that it was compared with."""
    return Compared(
        run_id=fingerprint.run_id,
        embedder=fingerprint.embedder,
        scenario_set=fingerprint.scenario_set,
        grade=fingerprint.grade,
        calibration=fingerprint.calibration.n,
    )


def _runs(text: str) -> set[tuple[str, ...]]:
    words = words_of(text)
    return {tuple(words[place : place + _RUN_WORDS]) for place in range(len(words) - _RUN_WORDS + 1)}
