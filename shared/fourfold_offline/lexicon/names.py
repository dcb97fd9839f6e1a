"""Names by people and generation, and the small things of a place that scenes mention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Generations:
    """Given names of those born before about 1985 and after."""

    older: tuple[str, ...]
    younger: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Given names, family names, and a feast, drink, sweet and game of the place.

    `feminine_endings` maps the ending of a family name to its feminine form, where a language has one; the first
    that fits counts. `family_first`: the family name comes before the given name.
    """

    women: Generations
    men: Generations
    families: tuple[str, ...]
    feast: str
    drink: str
    sweet: str
    game: str
    family_first: bool = False
    feminine_endings: Mapping[str, str] = field(default_factory=dict)


@cache
def peoples() -> dict[str, People]:
    """Every people by its key: a language, or a locale where one language has several peoples."""
    return load("peoples", dict[str, People])


@cache
def _aliases() -> dict[str, str]:
    """Locales whose people bear the names of another people."""
    return load("people_aliases", dict[str, str])


def key_of(locale: str) -> str:
    """The key of the people of a locale; the locale's language where no people is listed for it."""
    language = locale.split("-", maxsplit=1)[0]
    key = _aliases().get(locale, locale)
    if key in peoples():
        return key
    return "es-AM" if language == "es" else language


def people_of(locale: str) -> People | None:
    """The people of a locale, or None where none is listed."""
    return peoples().get(key_of(locale))


def feminine_family(family: str, endings: Mapping[str, str]) -> str:
    """The feminine form of a family name."""
    for ending, changed in endings.items():
        if family.endswith(ending):
            return family.removesuffix(ending) + changed
    return family


def fold(name: str) -> str:
    """A name for comparison: without case, and without the dot that case folding leaves on a Turkish capital I."""
    return name.casefold().replace("i\u0307", "i")
