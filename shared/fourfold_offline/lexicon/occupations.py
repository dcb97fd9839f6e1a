"""English job titles by trade, the words that may stand before them, and the least age at which each is believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load

_LEARNING = 15


@dataclass(frozen=True, slots=True)
class _JobTitles:
    """`titles` by trade. `ambiguous` titles are ordinary words as well: read as work only behind an article, a modifier
    or a comma. `learners` are words of a title that is only being learned. `least_ages` in years, by word of a title.
    """

    titles: dict[str, tuple[str, ...]]
    ambiguous: frozenset[str]
    modifiers: frozenset[str]
    learners: frozenset[str]
    least_ages: dict[str, int]


@cache
def job_titles() -> _JobTitles:
    """What is known of English job titles."""
    return load("en/job_titles", _JobTitles)


@cache
def trades_by_title() -> dict[str, str]:
    """The trade of each listed title."""
    return {title: trade for trade, titles in job_titles().titles.items() for title in titles}


def least_age(occupation: str) -> int:
    """The least age in years at which the occupation is plausible; 0 where nothing is known."""
    words = re.findall(r"[a-z]+", occupation.casefold())
    least = max((job_titles().least_ages.get(word, 0) for word in words), default=0)
    return min(least, _LEARNING) if job_titles().learners & set(words) else least


def trade_of_title(occupation: str) -> str | None:
    """The trade of an occupation in words, by the longest listed title in it, the first of several."""
    # Compiled as one pattern, the titles would cost more than all look-ups of a run.
    text = occupation.casefold()
    found = [
        (-len(title), place, title) for title in trades_by_title() if (place := _place_of(title, text)) is not None
    ]
    return trades_by_title()[min(found)[2]] if found else None


def _place_of(title: str, text: str) -> int | None:
    """Where the title begins in the text as words of its own, or None."""
    if title not in text:
        return None
    match = re.search(rf"(?<![\w-]){re.escape(title)}(?![\w-])", text)
    return None if match is None else match.start()
