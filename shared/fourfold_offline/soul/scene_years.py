"""Removes alternatives of a template that claim more years than have passed."""

from __future__ import annotations

import re

from fourfold_offline.grammar import spelled

_NUMBERS = {spelled(number): number for number in range(2, 100)}
_WORDS = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_CLAIM = re.compile(rf"\b({_WORDS})\s+years\b(?!\s+(?:old|short))")


def drop_impossible_years(text: str, passed: int) -> str:
    """The text without the alternatives that claim more than `passed` years since the scene."""

    def kept(match: re.Match[str]) -> str:
        options = match.group(1).split("|")
        fitting = [option for option in options if _claimed(option) <= passed]
        return f"<{'|'.join(fitting or options)}>"

    return re.sub(r"<([^<>]*)>", kept, text)


def _claimed(option: str) -> int:
    return max((_NUMBERS[match.group(1)] for match in _CLAIM.finditer(option)), default=0)
