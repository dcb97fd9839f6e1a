"""Quotes of a brief are found in whatever Unicode form it and they are, with spans in the brief's own code points."""

from __future__ import annotations

import time
import unicodedata

import pytest

from fourfold.constraints import StatedFact, locate

BRIEF = "Zoë Müller, 34, a baker in São Paulo"


def _quoted(brief: str, quote: str) -> str | None:
    fact = locate(brief, StatedFact(field="other", value="x", quote=quote))
    return None if fact is None else brief[fact.span.start : fact.span.end]


@pytest.mark.parametrize("of_brief", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize("of_quote", ["NFC", "NFD"])
@pytest.mark.parametrize("quote", ["São Paulo", "Zoë Müller", "zoë", "34", "baker in São Paulo"])
def test_a_quote_is_found_in_either_form(of_brief: str, of_quote: str, quote: str) -> None:
    brief = unicodedata.normalize(of_brief, BRIEF)  # type: ignore[arg-type]
    found = _quoted(brief, unicodedata.normalize(of_quote, quote))  # type: ignore[arg-type]
    assert found is not None
    assert unicodedata.normalize("NFC", found).casefold() == quote.casefold()


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("quote", ["Sa", "Zoe", "Sao Paulo", "Madrid"])
def test_a_letter_without_its_mark_is_another_letter(form: str, quote: str) -> None:
    brief = unicodedata.normalize(form, BRIEF)  # type: ignore[arg-type]
    assert _quoted(brief, quote) is None


@pytest.mark.parametrize(
    ("brief", "quote", "found"),
    [
        ("STRASSENBAHN driver", "straßenbahn", "STRASSENBAHN"),
        ("A baker, 3\u200b4, in Lis\u200bbon", "34", "3\u200b4"),
        ("A baker, 3\u200b4, in Lis\u200bbon", "Lisbon", "Lis\u200bbon"),
        ("Quarante\u00a0ans, à Lille", "quarante ans", "Quarante\u00a0ans"),
        ("Dara O’Briain, a\n  comic", "Dara O'Briain, a comic", "Dara O’Briain, a\n  comic"),
        ("年齢は３４歳", "34歳", "３４歳"),
        ("한국어 선생님", unicodedata.normalize("NFD", "한국어"), "한국어"),
        ("İzmir'de bir fırıncı", "İzmir", "İzmir"),
        ("at sea, at home", "at home", "at home"),
    ],
)
def test_what_models_seldom_copy_makes_no_difference(brief: str, quote: str, found: str) -> None:
    assert _quoted(brief, quote) == found


@pytest.mark.parametrize(
    ("brief", "quote"),
    [("a" * 4000, "a" * 159 + "b"), ("\u0300\u0316" * 2000, "\u0316\u0300" * 80), ("\u200b" * 4000, "\u200bx")],
)
def test_a_hostile_brief_costs_little(brief: str, quote: str) -> None:
    began = time.process_time()
    _quoted(brief, quote)
    assert time.process_time() - began < 5
