"""The shipped brief set: large enough, balanced, and without two briefs that say the same."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pytest

from fourfold.evaluation.briefs import BRIEF_SETS, NoBriefSetError, brief_set
from fourfold.evaluation.models import BriefItem
from fourfold.voice.words import length_in_words

STANDARD = brief_set("standard@1")
BRIEFS = STANDARD.briefs
TAGS = Counter(tag for brief in BRIEFS for tag in brief.tags)
LENGTHS = {"length:short": range(1, 13), "length:medium": range(13, 36), "length:long": range(36, 400)}
# Places that lie elsewhere than their language, their state or the larger part of their city.
CONTINENTS = {
    "Kadıköy": "asia",
    "Edirne": "europe",
    "Díli": "asia",
    "Rapa Nui": "oceania",
    "El Paso": "north_america",
    "Mendoza": "latin_america",
    "डरबन": "africa",
    "ケアンズ": "oceania",
    "温哥华": "north_america",
    "内罗毕": "africa",
    "ديترويت": "north_america",
    "Томск": "asia",
    "Самар": "europe",
    "Якутск": "asia",
}
# The least number of briefs of each value.
LEAST = {
    "length": (30, ("short", "medium", "long")),
    "age": (15, ("teen", "young", "middle", "old", "unstated")),
    "place": (9, ("africa", "asia", "europe", "north_america", "latin_america", "oceania", "unstated")),
    "tone": (30, ("light", "grave", "warm", "cold")),
}


def test_the_published_version_does_not_change() -> None:
    assert STANDARD.hash == "set_1153833d6486"
    assert BRIEF_SETS == ("standard@1",)


def test_there_are_enough_and_each_is_another() -> None:
    assert len(BRIEFS) >= 120
    assert len({brief.id for brief in BRIEFS}) == len(BRIEFS)
    assert len({brief.text for brief in BRIEFS}) == len(BRIEFS)
    assert _alike([brief.text for brief in BRIEFS]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A nurse in Leeds, 40, who counts the lifts", "A nurse in Leeds, 41, who counts the lifts"),
        ("成都茶馆里修收音机的老人,七十四岁,专修不坏的", "成都茶馆里修收音机的老人,七十五岁,专修不坏的"),
        ("長崎の坂の上の豆腐屋、71歳、毎朝階段を数える", "長崎の坂の上の豆腐屋、72歳、毎晩階段を数える"),
        ("ช่างซ่อมวิทยุในเชียงใหม่อายุ 60 ปี", "ช่างซ่อมวิทยุในเชียงรายอายุ 60 ปี"),
    ],
)
def test_a_brief_that_is_nearly_another_is_found_in_any_script(one: str, other: str) -> None:
    assert _alike([one, other]) == [(one, other)]


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
        # Scripts without spaces: two characters count as one word.
        words = length_in_words(brief.text) if brief.language in {"ja", "zh"} else len(brief.text.split())
        assert words in LENGTHS[_tag(brief, "length")], brief.id


def test_the_age_tag_is_the_age_in_the_text() -> None:
    for brief in BRIEFS:
        ages = [int(number) for number in re.findall(r"\d+", brief.text) if 10 <= int(number) <= 90]
        if ages:
            assert _tag(brief, "age") in {_age(age) for age in ages}, brief.id


def test_the_place_tag_is_the_continent_of_what_is_named() -> None:
    tags = {place: [_tag(brief, "place") for brief in BRIEFS if place in brief.text] for place in CONTINENTS}
    assert tags == {place: [f"place:{continent}"] for place, continent in CONTINENTS.items()}


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


def _tag(brief: BriefItem, axis: str) -> str:
    return next(tag for tag in brief.tags if tag.startswith(f"{axis}:"))


def _age(years: int) -> str:
    return f"age:{'teen' if years < 20 else 'young' if years < 35 else 'middle' if years < 60 else 'old'}"


def _alike(texts: list[str]) -> list[tuple[str, str]]:
    """Pairs that share more than half of their words, or of their trigrams: some scripts have no spaces."""
    parts = {text: (set(text.casefold().split()), _trigrams(text.casefold())) for text in texts}
    return [
        (one, other)
        for one, other in combinations(texts, 2)
        if any(
            len(of_one & of_other) > 0.5 * len(of_one | of_other)
            for of_one, of_other in zip(parts[one], parts[other], strict=True)
        )
    ]


def _trigrams(text: str) -> set[str]:
    return {text[place : place + 3] for place in range(len(text) - 2)}
