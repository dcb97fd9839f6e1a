"""The shipped brief set: large enough, balanced, and without two briefs that say the same."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest

from fourfold.evaluation.briefs import BRIEF_SETS, NoBriefSetError, brief_set
from fourfold.voice.words import length_in_words

STANDARD = brief_set("standard@1")
BRIEFS = STANDARD.briefs
TAGS = Counter(tag for brief in BRIEFS for tag in brief.tags)
LENGTHS = {"length:short": range(1, 13), "length:medium": range(13, 36), "length:long": range(36, 400)}
# The least number of briefs of each value.
LEAST = {
    "length": (30, ("short", "medium", "long")),
    "age": (15, ("teen", "young", "middle", "old", "unstated")),
    "place": (10, ("africa", "asia", "europe", "north_america", "latin_america", "oceania", "unstated")),
    "tone": (30, ("light", "grave", "warm", "cold")),
}


def test_the_published_version_does_not_change() -> None:
    assert STANDARD.hash == "set_1153833d6486"
    assert BRIEF_SETS == ("standard@1",)


def test_there_are_enough_and_each_is_another() -> None:
    assert len(BRIEFS) >= 120
    assert len({brief.id for brief in BRIEFS}) == len(BRIEFS)
    assert len({brief.text for brief in BRIEFS}) == len(BRIEFS)
    words = {brief.id: set(brief.text.casefold().split()) for brief in BRIEFS}
    alike = [(one, other) for one, other in combinations(words, 2) if _overlap(words[one], words[other]) > 0.5]
    assert alike == []


@pytest.mark.parametrize("axis", LEAST)
def test_every_axis_is_balanced(axis: str) -> None:
    least, values = LEAST[axis]
    assert {tag for tag in TAGS if tag.startswith(f"{axis}:")} == {f"{axis}:{value}" for value in values}
    assert all(TAGS[f"{axis}:{value}"] >= least for value in values), TAGS
    assert all(sum(tag.startswith(f"{axis}:") for tag in brief.tags) == 1 for brief in BRIEFS)


def test_languages_contradiction_and_hostility_are_present() -> None:
    languages = Counter(brief.language for brief in BRIEFS)
    assert len(languages) >= 12
    assert min(languages.values()) >= 6
    assert languages["en"] <= 0.4 * len(BRIEFS)
    assert TAGS["contradiction"] >= 12
    assert TAGS["hostile"] >= 12
    assert len({brief.language for brief in BRIEFS if "hostile" in brief.tags}) >= 6
    assert len({brief.language for brief in BRIEFS if "contradiction" in brief.tags}) >= 6


def test_the_length_tag_is_the_length() -> None:
    for brief in BRIEFS:
        length = next(tag for tag in brief.tags if tag.startswith("length:"))
        assert length_in_words(brief.text) in LENGTHS[length], brief.id


def test_the_first_briefs_are_as_mixed_as_all() -> None:
    first = BRIEFS[:40]
    assert len({brief.language for brief in first}) >= 8
    for axis, (_, values) in LEAST.items():
        assert {tag for brief in first for tag in brief.tags if tag.startswith(f"{axis}:")} == {
            f"{axis}:{value}" for value in values
        }


def test_an_unknown_set_names_those_there_are() -> None:
    with pytest.raises(NoBriefSetError, match="standard@1"):
        brief_set("standard@2")


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)
