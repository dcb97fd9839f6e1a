"""The map of voices: near voices are near, equal voices are twins, and a hostile name stays text."""

from __future__ import annotations

from xml.etree.ElementTree import fromstring

import numpy as np

from fourfold.voice.embedder import cosine_distances, mean_of, normalised
from fourfold.voice.map_svg import Dot, map_svg
from fourfold.voice.voice_map import MappedVoice, positions, scores, twins


def voice(direction: int, seed: int) -> MappedVoice:
    rng = np.random.default_rng(seed)
    replies = normalised(3 * np.eye(30)[direction] + rng.normal(scale=0.3, size=(40, 30)))
    centre = mean_of(replies)
    return MappedVoice(centre, replies[::2], cosine_distances(replies, centre).tolist())


def test_two_of_one_voice_are_near_and_twins() -> None:
    voices = [voice(0, 1), voice(0, 2), voice(5, 3), voice(9, 4)]
    places, shown = positions(voices)
    apart = np.linalg.norm(places[:, np.newaxis] - places[np.newaxis], axis=-1)
    assert apart[0, 1] < 0.3 * min(apart[0, 2], apart[0, 3], apart[2, 3])
    assert 0.9 < shown <= 1
    assert [(pair.one, pair.other) for pair in twins(scores(voices), 0.5)] == [(0, 1)]
    again, _ = positions(voices)
    assert np.array_equal(places, again)


def test_few_voices_have_places_too() -> None:
    assert positions([])[0].shape == (0, 2)
    assert positions([voice(0, 1)])[0].tolist() == [[0.0, 0.0]]
    same = voice(0, 1)
    places, shown = positions([same, same])
    assert np.abs(places).max() < 1e-9
    assert (places.shape, shown) == ((2, 2), 1.0)
    assert twins(scores([same]), 1.0) == []


def test_a_name_is_text_in_the_picture() -> None:
    name = '</text><script>alert("1")</script>' * 3
    drawn = map_svg("<b>", [Dot(name, 1.0, -1.0), Dot("B", 0.0, 0.0)], [(0, 1)])
    svg = fromstring(drawn)  # noqa: S314 - our own text
    texts = [element.text or "" for element in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == ["<b>", name[:23] + "…", "B"]
    assert not list(svg.iter("{http://www.w3.org/2000/svg}script"))
    assert len(list(svg.iter("{http://www.w3.org/2000/svg}line"))) == 1
