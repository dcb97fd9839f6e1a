"""The separation of voices falls when they are flattened."""

from __future__ import annotations

import random
from itertools import combinations
from operator import mul
from statistics import fmean, stdev

import pytest

from fourfold.evaluation.measures import REPLY_SEPARATION
from fourfold.evaluation.models import Observation, Side
from fourfold.evaluation.report import report
from fourfold.evaluation.voices import Profile, reply_profile, separations, voice_profile
from fourfold.persona import Mask
from tests.unit.evaluation.observations import evaluation, observed

LINES = (
    ("Well now, let's not rush.", "I suppose so, aye.", "tide"),
    ("Listen to me!", "Numbers, please. Only numbers!", "ledger"),
    ("Was there something you wanted?", "Oh, it's nothing, truly.", "porcelain"),
    ("Naja, das sehen wir dann.", "Ordnung muss sein.", "Stempel"),
)


def mask(first: str, second: str, word: str) -> Mask:
    return Mask(
        register_="casual",
        tone="dry",
        rhythm="short sentences",
        vocabulary=(word, "kettle", "street"),
        signature_phrases=(first, second),
        social_role="neighbour",
    )


def test_distinct_voices_are_apart_and_flat_ones_are_not() -> None:
    own = separations([voice_profile(mask(*lines)) for lines in LINES])
    flat = separations([voice_profile(mask(*LINES[0][:2], lines[2])) for lines in LINES])
    assert all(each is not None and each > 0.4 for each in own)
    assert all(each is not None and each < 0.3 for each in flat)


def test_the_mean_of_the_contributions_is_the_mean_distance_and_their_spread_that_of_the_mean() -> None:
    rng = random.Random(6)  # noqa: S311 - a simulation

    def arm() -> list[Profile]:
        common = unit([1.0] * 8)
        return [mixed(unit([rng.gauss(0, 1) for _ in common]), common, rng.random()) for _ in range(30)]

    arms = [arm() for _ in range(200)]
    found = [[each for each in separations(profiles) if each is not None] for profiles in arms]
    means = [fmean(values) for values in found]
    distances = [1 - sum(map(mul, one, other)) for one, other in combinations(arms[0], 2)]
    assert means[0] == pytest.approx(fmean(distances))
    promised = fmean(stdev(values) / 30**0.5 for values in found)
    assert stdev(means) == pytest.approx(promised, rel=0.2)


def unit(values: list[float]) -> Profile:
    norm = sum(value * value for value in values) ** 0.5
    return tuple(value / norm for value in values)


def mixed(own: Profile, common: Profile, share: float) -> Profile:
    return unit([(1 - share) * one + share * other for one, other in zip(own, common, strict=True)])


def test_one_voice_and_no_voice_have_no_distance() -> None:
    profile = voice_profile(mask(*LINES[0]))
    assert separations([profile]) == [None]
    assert separations([profile, (), profile]) == [pytest.approx(0.0, abs=1e-3), None, pytest.approx(0.0, abs=1e-3)]
    assert sum(value * value for value in profile) == pytest.approx(1.0, abs=1e-2)


def test_personas_that_answer_in_the_same_words_are_worse_on_reply_separation() -> None:
    rng = random.Random(8)  # noqa: S311 - a simulation
    lines = [f"{first} {second} {word}" for first, second, word in LINES]

    def seen(brief: int, side: Side) -> Observation:
        own = [rng.choice(lines) + " ".join(rng.choices("abcdefgh", k=30)) for _ in range(2)]
        return observed(brief, side, replies=reply_profile(own if side == "a" else [lines[0], lines[1]]))

    found = report(evaluation(12, seen, metrics=(REPLY_SEPARATION,)))
    measured = found.measure(REPLY_SEPARATION)
    assert measured is not None
    assert (found.verdict, measured.n) == ("worse", 12)
    assert measured.b == pytest.approx(0.0, abs=0.01)
    assert report(evaluation(12, observed)).measure(REPLY_SEPARATION) is None, "no scenario was answered"
