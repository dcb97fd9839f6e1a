"""What the composer knows of a people: names by generation, and the small things of a place that scenes mention."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class People:
    """Given names of women and men born before and after about 1985, family names, and daily things of the place.

    `female_ending` turns a family name into its feminine form where a language has one ("ов>ова" style pairs).
    """

    women_older: str
    women_younger: str
    men_older: str
    men_younger: str
    families: str
    feast: str
    drink: str
    sweet: str
    game: str
    family_first: bool = False
    female_family: str = ""


def listed(names: str) -> list[str]:
    """The names of a field: split at `|` where some hold a space."""
    return names.split("|") if "|" in names else names.split()


def fold(name: str) -> str:
    """A name as lists compare it: case aside, the dot that folding leaves on a Turkish capital I aside."""
    return name.casefold().replace("i\u0307", "i")
