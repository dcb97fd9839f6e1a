"""The rule for text against Unicode's own categories, and its use on whole documents and on answers of models."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import Any, Literal

import pytest
from pydantic_core import PydanticCustomError

from fourfold.text_rules import acceptable_text, cleaned, cleaned_values, escaped, normalized, text_faults, visible
from tests.unit.core.hostile_text import ACCEPTABLE, UNACCEPTABLE

# Unicode Standard Annex 9, table 4: explicit directional embedding, override, isolate, and their ends.
EXPLICIT = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


def test_every_code_point_is_judged_by_its_category() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        refused = character not in "\t\n\r" and (
            unicodedata.category(character) in {"Cc", "Cs"} or unicodedata.bidirectional(character) in EXPLICIT
        )
        assert (cleaned(character) == "") is refused, f"U+{code:04X}"


@pytest.mark.parametrize("name", UNACCEPTABLE)
def test_an_unacceptable_character_is_refused_cleaned_and_made_visible(name: str) -> None:
    text = f"a{UNACCEPTABLE[name]}b"
    with pytest.raises(PydanticCustomError):
        acceptable_text(text)
    assert text_faults({"x": [1, {"y": text}]})[0].path == ("x", 1, "y")
    assert text_faults({text: 1})[0].path == ()
    for safe in (cleaned(text), visible(text), escaped(text)):
        assert not text_faults(safe)
    assert cleaned_values({text: [text]}) == {cleaned(text): [cleaned(text)]}


@pytest.mark.parametrize("text", ACCEPTABLE.values(), ids=ACCEPTABLE.keys())
def test_what_people_write_passes_unchanged(text: str) -> None:
    assert acceptable_text(text) == cleaned(text) == visible(text) == text
    assert text_faults([text]) == []


def test_the_count_of_faults_is_bounded() -> None:
    assert len(text_faults(["\0"] * 10_000)) == 21
    assert len(text_faults({f"{number}\0": 1 for number in range(10_000)})) == 21


def test_escaped_json_means_the_same() -> None:
    content: Any = {"name": "\x9b31m\u202e", "plain": "é🦊"}
    assert json.loads(escaped(json.dumps(content, ensure_ascii=False))) == content


@pytest.mark.parametrize("form", ["NFC", "NFKC"])
@pytest.mark.parametrize("unit", ["e\u0301 ", "ﬁ Å", "a\u0323\u0307", "한글 가", "パ゚ x", "plain "])
def test_long_text_is_normalized_as_python_does(form: Literal["NFC", "NFKC"], unit: str) -> None:
    text = unit * 700
    assert normalized(form, text) == unicodedata.normalize(form, text)
