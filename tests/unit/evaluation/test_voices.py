"""The separation of voices falls when they are flattened."""

from __future__ import annotations

import pytest

from fourfold.evaluation.voices import separations, voice_profile
from fourfold.persona import Mask

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
    assert all(each is not None and each < 0.25 for each in flat)


def test_one_voice_and_no_voice_have_no_distance() -> None:
    profile = voice_profile(mask(*LINES[0]))
    assert separations([profile]) == [None]
    assert separations([profile, (), profile]) == [pytest.approx(0.0, abs=1e-3), None, pytest.approx(0.0, abs=1e-3)]
    assert sum(value * value for value in profile) == pytest.approx(1.0, abs=1e-2)
