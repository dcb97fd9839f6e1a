"""Finds ages in English text: numbers from 0 to 130, in digits or words."""

from __future__ import annotations

import re

_TO_NINE = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TO_NINETEEN = ("ten", "eleven", "twelve", *(f"{stem}teen" for stem in ("thir", "four", "fif", "six", "seven", "eigh")))
_UNITS = (*_TO_NINE, *_TO_NINETEEN, "nineteen")
_TENS = dict(
    zip(("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"), range(20, 100, 10), strict=True)
)
_TOKEN = re.compile(r"\d+|[a-z]+")
_HUNDRED = 100


def numbers_in(text: str) -> set[int]:
    """The whole numbers named in a text; numbers with more than three digits are ignored."""
    found: set[int] = set()
    tokens = _TOKEN.findall(text.lower())
    place = 0
    while place < len(tokens):
        value, used = _number(tokens[place : place + 5])
        if value is not None:
            found.add(value)
        place += max(1, used)
    return found


def _number(tokens: list[str]) -> tuple[int | None, int]:
    """The number at the start of `tokens`, and the number of tokens it uses."""
    first = tokens[0]
    if first.isdigit():
        return (int(first), 1) if len(first) <= 3 else (None, 1)  # noqa: PLR2004 - four digits are a year
    if first in {"a", "one"} and tokens[1:2] == ["hundred"]:
        skipped = 3 if tokens[2:3] == ["and"] else 2
        rest, used = _below_hundred(tokens[skipped:])
        return (_HUNDRED, 2) if rest is None else (_HUNDRED + rest, skipped + used)
    return _below_hundred(tokens)


def _below_hundred(tokens: list[str]) -> tuple[int | None, int]:
    if not tokens:
        return None, 0
    if tokens[0] in _TENS:
        unit = _UNITS.index(tokens[1]) if tokens[1:] and tokens[1] in _UNITS[1:10] else 0
        return _TENS[tokens[0]] + unit, 2 if unit else 1
    return (_UNITS.index(tokens[0]), 1) if tokens[0] in _UNITS else (None, 0)
