"""Occupations in languages other than English, by trade, and the gender of each form where there are two."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from fourfold_offline.data_files import load_by_language
from fourfold_offline.grammar import Gender


@cache
def _titles() -> dict[str, dict[str, tuple[str, ...]]]:
    """By language and trade. A slash separates the form for men from the form for women; either may be empty."""
    return load_by_language("occupations", dict[str, tuple[str, ...]])


@cache
def foreign_titles() -> dict[str, dict[str, str]]:
    """The trade of each title, by language."""
    found: dict[str, dict[str, str]] = {}
    for language, trade, title in _entries():
        for form in title.split("/"):
            if form:
                found.setdefault(language, {}).setdefault(form, trade)
    return found


@cache
def genders_of_titles() -> dict[str, dict[str, Gender]]:
    """The gender of each title that has a form for men and one for women, by language."""
    found: dict[str, dict[str, Gender]] = {}
    for language, _, title in _entries():
        man, slash, woman = title.partition("/")
        if slash and man:
            found.setdefault(language, {}).setdefault(man, "male")
        if slash and woman:
            found.setdefault(language, {}).setdefault(woman, "female")
    return found


def _entries() -> Iterator[tuple[str, str, str]]:
    for language, trades in _titles().items():
        for trade, titles in trades.items():
            for title in titles:
                yield language, trade, title
