"""Phrases in languages other than English, for briefs written in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load, load_by_language
from fourfold_offline.mask.voices import Temper


@dataclass(frozen=True, slots=True)
class Lines:
    """Phrases of one language by temper.

    `echoes` hint at the wound, `long` ones ramble, `stern` ones order or judge, `lively` ones laugh or shout.
    """

    echoes: tuple[str, ...]
    warm: tuple[str, ...]
    dry: tuple[str, ...]
    careful: tuple[str, ...]
    long: tuple[str, ...]
    stern: tuple[str, ...]
    lively: tuple[str, ...]

    def by_temper(self) -> Mapping[Temper, tuple[str, ...]]:
        """The lines of each temper, without the echoes."""
        return {
            "warm": self.warm,
            "dry": self.dry,
            "careful": self.careful,
            "long": self.long,
            "stern": self.stern,
            "lively": self.lively,
        }


@cache
def native_lines() -> dict[str, Lines]:
    """The phrases of each language that has them, by ISO 639 code."""
    return load_by_language("lines", Lines)


@cache
def _loanwords() -> dict[str, tuple[str, ...]]:
    return load("loanwords", dict[str, tuple[str, ...]])


def lines_in(language: str) -> Lines | None:
    """The phrases of a language (BCP 47), or None where English is used."""
    return native_lines().get(language.split("-", maxsplit=1)[0])


def loans_of(language: str) -> tuple[str, ...]:
    """Words of a language (BCP 47) that its speakers use in English."""
    return _loanwords().get(language.split("-", maxsplit=1)[0], ())
