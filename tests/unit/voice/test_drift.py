"""Fingerprints and envelopes: who is told from whom, what is said of a stranger, and what is not said."""

from __future__ import annotations

import numpy as np
import pytest

from fourfold.config.engine import DriftConfig
from fourfold.drift import Envelope
from fourfold.models.embedding import resolve_embedder
from fourfold.persona import Grade, TokenUsage
from fourfold.voice.drift import envelope, repetition
from fourfold.voice.drift_state import DriftState
from fourfold.voice.embedder import cosine_distance, mean_of, normalised
from fourfold.voice.features import deviations
from fourfold.voice.fingerprint import (
    FingerprintInput,
    FingerprintOwner,
    make_fingerprint,
    packed,
    packed_small,
    unpacked,
    unpacked_small,
)
from fourfold.voice.plot import Series, distances_svg
from fourfold.voice.scenarios import shipped_scenarios
from fourfold.voice.stylometry import vector_of
from tests.unit.voice.conftest import NOW, Voice, said, voice_of

FRESH = [f"Tell me about the {thing} and what you make of it." for thing in ("harbour", "winter", "bread", "letters")]
CONFIG = DriftConfig()


def heard(voice: Voice, reply: str, state: DriftState | None = None, config: DriftConfig = CONFIG) -> Envelope:
    return envelope(reply, vector_of(reply), voice.fingerprint, config, state)[0]


def test_the_scenarios_are_a_full_grid() -> None:
    scenarios = shipped_scenarios().scenarios
    assert len({one.id for one in scenarios}) == 50
    assert {(one.register, one.topic) for one in scenarios} == {
        (register, topic)
        for register in {one.register for one in scenarios}
        for topic in {one.topic for one in scenarios}
    }
    assert len({one.register for one in scenarios}) == 10
    assert len({one.text(None) for one in scenarios}) == 50
    pole = shipped_scenarios().baseline_subset()
    assert len({one.register for one in pole}) == len(pole) == 10
    assert {one.topic for one in pole} == {one.topic for one in scenarios}


def test_a_voice_is_told_from_the_assistant_and_from_others(ceremonious: Voice) -> None:
    made = ceremonious.fingerprint
    assert made.grade is Grade.STRONG
    assert made.assistant is not None
    assert made.assistant.eer < 0.1
    assert (made.scenarios, made.calibration.n, made.calibration.smallest_p) == (50, 50, round(1 / 51, 4))
    assert made.embedder == "stylometric@1"


def test_calibration_is_held_out(ceremonious: Voice) -> None:
    vectors = {key: vector_of(text) for key, text in ceremonious.replies.items()}
    centre = mean_of(list(vectors.values()))
    in_sample = sum(cosine_distance(vector, centre) for vector in vectors.values()) / len(vectors)
    topics = {key: shipped_scenarios().find(key).topic for key in vectors}
    held_out = [
        cosine_distance(vector, mean_of([other for name, other in vectors.items() if topics[name] != topics[key]]))
        for key, vector in vectors.items()
    ]
    uncorrected = sum(held_out) / len(held_out)
    assert in_sample < ceremonious.fingerprint.calibration.mean < uncorrected
    assert ceremonious.fingerprint.calibration.standard_error > 0


@pytest.mark.parametrize("message", FRESH)
def test_an_own_reply_is_near_and_a_stranger_s_is_far(ceremonious: Voice, message: str) -> None:
    own, other, assistant = (heard(ceremonious, said(name, message)) for name in ("ceremonious", "exclaimer", None))
    assert own.score is not None
    assert other.score is not None
    assert own.score < other.score
    assert (other.alert, other.p_value, other.percentile) == (True, round(1 / 51, 4), 100.0)
    assert assistant.alert
    assert assistant.assistant_pull is not None
    assert own.assistant_pull is not None
    assert own.assistant_pull < 0 < assistant.assistant_pull


def test_what_a_stranger_does_is_told_in_words(ceremonious: Voice) -> None:
    told = heard(ceremonious, said(None, FRESH[0])).top_features
    assert {"lists", "markup"} <= {one.feature for one in told}
    assert all(abs(one.z) >= 1.5 and one.words for one in told)
    assert heard(ceremonious, said("exclaimer", FRESH[0])).top_features[0].words.startswith("exclaims")


def test_the_features_explain_nothing_where_there_is_nothing(ceremonious: Voice) -> None:
    usual = [len(deviations(text, ceremonious.fingerprint.profile)) for text in ceremonious.replies.values()]
    assert sum(usual) / len(usual) < 1.5


@pytest.mark.parametrize("reply", ["No.", "Permit me to say no.", "?!"])
def test_too_short_a_reply_says_so_and_is_not_judged(ceremonious: Voice, reply: str) -> None:
    told, after = envelope(reply, vector_of(reply), ceremonious.fingerprint, CONFIG, DriftState(cusum=2.0))
    assert (told.exempt, told.score, told.alert, told.p_value) == ("too_short", None, False, None)
    assert after is not None
    assert (after.cusum, after.replies, after.scored) == (2.0, 1, 0)


def test_the_threshold_is_the_published_one_or_the_voice_s_own(ceremonious: Voice) -> None:
    reply = said("ceremonious", FRESH[0])
    fixed = heard(ceremonious, reply)
    assert (fixed.threshold, fixed.threshold_source, fixed.false_alarm_rate) == (0.30, "configured", None)
    own = heard(ceremonious, reply, config=DriftConfig(threshold="auto", false_alarm_rate=0.1))
    distances = ceremonious.fingerprint.calibration.distances
    assert own.threshold == pytest.approx(sorted(distances)[45], abs=1e-4)  # the ceil(51 * 0.9)-th
    assert (own.threshold_source, own.false_alarm_rate) == ("auto", 0.1)


def test_a_swapped_voice_alarms_within_a_few_replies_and_the_chart_begins_anew(ceremonious: Voice) -> None:
    state: DriftState | None = DriftState()
    states = []
    for place in range(4):
        reply = said("exclaimer", f"Tell me more about the {place} boats and the long road home.")
        told, state = envelope(reply, vector_of(reply), ceremonious.fingerprint, CONFIG, state)
        assert told.session is not None
        states.append(told.session.state)
    assert states[:2] == ["watch", "drift"]
    assert told.session is not None
    assert 400 < told.session.average_run_length < 600
    assert told.session.average_run_length_range == (90, 3000)


def test_repetition_is_the_share_of_runs_said_before() -> None:
    assert repetition("one two three four five", ["zero one two three four five six"]) == 1.0
    assert repetition("one two three four", ["four three two one"]) == 0.0
    assert repetition("one two three four", []) == 0.0
    assert repetition("one two", ["one two"]) is None


def test_a_session_remembers_ten_replies(ceremonious: Voice) -> None:
    state: DriftState | None = DriftState()
    for place in range(12):
        _, state = envelope(f"reply {place}", np.zeros(0), ceremonious.fingerprint, CONFIG, state)
    assert state is not None
    assert state.recent == tuple(f"reply {place}" for place in range(2, 12))


def test_a_voice_of_few_words_is_weak_and_says_why() -> None:
    replies = {one.id: "Can't. Thursday." for one in shipped_scenarios().scenarios}
    taken = FingerprintInput(replies, (), ("m",), TokenUsage(), 0.0)
    whose = FingerprintOwner(
        voice_of("ceremonious").fingerprint.persona_id, voice_of("ceremonious").fingerprint.run_id, None
    )
    made = make_fingerprint(whose, taken, resolve_embedder("stylometric"), shipped_scenarios(), NOW)
    assert made.grade is Grade.WEAK
    assert "0 of 50" in made.reasons[0]


def test_vectors_survive_storage(ceremonious: Voice) -> None:
    vector = vector_of(next(iter(ceremonious.replies.values())))
    assert cosine_distance(unpacked(packed(vector)), vector) < 1e-6
    assert cosine_distance(unpacked_small(packed_small(vector)), vector) < 0.01


def test_vectors_of_two_kinds_are_not_compared() -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        cosine_distance(np.array((1.0, 0.0)), normalised((1.0, 1.0, 1.0)))


def test_the_plot_is_a_picture_of_the_distances() -> None:
    drawn = distances_svg("A & B", [Series("own", [0.1, 0.1, 0.2], "#000"), Series("none", [], "#111")], 0.3)
    assert drawn.startswith("<svg")
    assert "A &amp; B" in drawn
    assert "threshold 0.30" in drawn
    assert "none" not in drawn
