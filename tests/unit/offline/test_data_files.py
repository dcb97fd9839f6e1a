"""The data files of the offline composer: each has its shape, and what one file names, another holds."""

from __future__ import annotations

import json
from pathlib import Path, PurePath
from typing import Any

import pytest

from fourfold_offline.brief.temperament import temperament_bounds
from tests.unit.offline.data_shapes import DATA, SHAPES

FILES = sorted(path.relative_to(DATA) for path in DATA.rglob("*") if path.is_file())


def content(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def shapes_of(path: PurePath) -> list[str]:
    return [pattern for pattern in SHAPES if path.match(pattern) and len(path.parts) == len(PurePath(pattern).parts)]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_a_file_has_one_shape_and_keeps_to_it(path: Path) -> None:
    patterns = shapes_of(path)
    assert len(patterns) == 1
    SHAPES[patterns[0]].validate_json((DATA / path).read_bytes())


def test_every_shape_is_of_some_file() -> None:
    assert {pattern for path in FILES for pattern in shapes_of(path)} == set(SHAPES)


def test_no_key_is_written_twice() -> None:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len({key for key, _ in pairs}) == len(pairs), [key for key, _ in pairs]
        return dict(pairs)

    for path in FILES:
        json.loads((DATA / path).read_text(encoding="utf-8"), object_pairs_hook=once)


def test_every_trade_that_is_named_exists() -> None:
    trades = set(content("en/trades.json"))
    narrower = content("en/narrower_trades.json")
    named = {*content("en/job_titles.json")["titles"], *narrower["broader"].keys(), *narrower["broader"].values()}
    named |= {rule["trade"] for rule in narrower["rules"]} | {
        one for rule in narrower["rules"] for one in rule["within"]
    }
    for words in ("en/job_title_words.json", "en/work_verbs.json"):
        named |= {trade for _, trade in content(words)["trade_hints"]}
    for path in DATA.glob("*/occupations.json"):
        named |= set(json.loads(path.read_text(encoding="utf-8")))
    for path in DATA.glob("en/soul_cores/*.json"):
        named |= {trade for core in json.loads(path.read_text(encoding="utf-8")) for trade in core.get("trades", ())}
    assert named <= trades, named - trades


def test_every_voice_that_is_named_exists_and_each_has_its_templates() -> None:
    voices = [voice["name"] for voice in content("en/voices.json")]
    assert len(set(voices)) == len(voices)
    assert set(content("en/chat.json")["templates"]) == set(voices)
    for rule in content("en/casting.json"):
        assert {*rule["voices"], *rule["never"]} <= set(voices)
        assert not {*rule["voices"]} & {*rule["never"]}


def test_the_topics_of_a_chat_have_clauses() -> None:
    chat = content("en/chat.json")
    assert {topic["clauses"] for topic in chat["topics"]} | {"general", "feeling"} == set(chat["clauses"])


def test_every_word_of_temperament_binds_a_trait() -> None:
    bound = {word for group in content("en/traits.json")["bounds"] for word in group["words"]}
    meant = {phrase["means"] for phrase in content("en/temperament_phrases.json")}
    for path in DATA.glob("*/temperament.json"):
        meant |= set(json.loads(path.read_text(encoding="utf-8")).values())
    assert meant <= bound, meant - bound


def test_an_honest_frenchman_is_read() -> None:
    """`honnête` once stood for a word that bound nothing, and the step failed."""
    assert [bound.reason for bound in temperament_bounds("Un horloger honnête de Tours, 50 ans")]


def test_ranges_are_not_empty() -> None:
    for group in content("en/traits.json")["bounds"]:
        assert group["low"] < group["high"]
    for path in DATA.glob("en/soul_cores/*.json"):
        for core in json.loads(path.read_text(encoding="utf-8")):
            assert all(scene["earliest"] <= scene["latest"] for scene in core["scenes"]), core["name"]
            assert all(bound["low"] < bound["high"] for bound in core["bounds"]), core["name"]
    looks = content("en/looks.json")
    for look in (*looks["general"], *looks["young"], *looks["by_trait"]):
        assert look.get("earliest", 18) <= look.get("latest", 120), look
        assert look.get("low", 0) < look.get("high", 1), look


def test_a_core_is_found_again_by_its_note_and_a_line_names_scenes_it_has() -> None:
    cores = [
        core for path in DATA.glob("en/soul_cores/*.json") for core in json.loads(path.read_text(encoding="utf-8"))
    ]
    assert len({core["note"] for core in cores}) == len({core["name"] for core in cores}) == len(cores)
    for core in cores:
        for line in (*core["desires"], *core["fears"], *core["arcs"], *core["echoes"]):
            mark, colon, _ = line.partition(":")
            if colon and mark.isdecimal():
                assert all(int(place) < len(core["scenes"]) for place in mark), (core["name"], line)


def test_the_folders_are_languages_that_briefs_are_recognised_by() -> None:
    languages = content("languages.json")
    known = {*languages["spaced"], *(script["language"] for script in languages["scripts"])}
    assert {path.parts[0] for path in FILES if len(path.parts) > 1} <= known
    assert set(content("loanwords.json")) - known == {"sw", "is"}, "spoken by personas whose briefs are in English"


def test_an_alias_leads_to_a_people() -> None:
    peoples = set(content("peoples.json"))
    assert set(content("people_aliases.json").values()) <= peoples
    assert set(content("given_names.json")["lists"]) - peoples == {"shared", "ne-hi"}, "lists of several peoples"
