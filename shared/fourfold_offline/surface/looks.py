"""Sentences of an appearance, by the ages and the traits they fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold.persona import SelfLayer, Trait
from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Look:
    """One sentence of an appearance, and the ages in years it fits."""

    text: str
    earliest: int = 18
    latest: int = 120


@dataclass(frozen=True, slots=True)
class TraitLook:
    """A look that only people within a range (0-1) of one trait have."""

    text: str
    earliest: int = 18
    latest: int = 120
    trait: Trait = Trait.EXTRAVERSION
    low: float = 0.0
    high: float = 1.0


@dataclass(frozen=True, slots=True)
class BodyLook:
    """What is seen of a body that the brief describes with one of `words` (a pattern)."""

    words: str
    text: str


@dataclass(frozen=True, slots=True)
class Looks:
    """`general` and `by_trait` looks are of any person of the age, `young` ones of minors."""

    general: tuple[Look, ...]
    young: tuple[Look, ...]
    by_trait: tuple[TraitLook, ...]
    newborn: tuple[str, ...]
    body: tuple[BodyLook, ...]


@cache
def looks() -> Looks:
    """Every look."""
    return load("en/looks", Looks)


def looks_at(age: int, self_: SelfLayer | None) -> list[Look | TraitLook]:
    """The looks a person of this age and temperament may have; without a self, those that go with any temperament."""
    general: list[Look | TraitLook] = [look for look in looks().general if look.earliest <= age <= look.latest]
    if self_ is None:
        return general
    levels = self_.big_five
    return general + [
        look
        for look in looks().by_trait
        if look.earliest <= age <= look.latest and look.low <= levels.level(look.trait) <= look.high
    ]
