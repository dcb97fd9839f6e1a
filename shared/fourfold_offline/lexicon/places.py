"""Places: the cities a brief may name, the locale each belongs to, and quarters for those a persona may live in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Land:
    """One locale: its country, other words for it, words for its people, and its cities, each with its spellings."""

    locale: str
    country: str
    aliases: tuple[str, ...]
    people: tuple[str, ...]
    cities: tuple[tuple[str, ...], ...]

    @property
    def language(self) -> str:
        """The language of the locale, an ISO 639 code."""
        return self.locale.split("-")[0]


@dataclass(frozen=True, slots=True)
class _Places:
    """`quarters` by city."""

    lands: tuple[Land, ...]
    quarters: dict[str, tuple[str, ...]]


@cache
def _places() -> _Places:
    return load("places", _Places)


def lands() -> tuple[Land, ...]:
    """Every land; where two have a city of the same name, the first listed has it."""
    return _places().lands


@cache
def lands_by_locale() -> dict[str, Land]:
    """The land of each locale."""
    return {land.locale: land for land in lands()}


def quarters_of(city: str) -> tuple[str, ...]:
    """The quarters of a city, by the city's usual spelling; none where none is listed."""
    return _places().quarters.get(city, ())
