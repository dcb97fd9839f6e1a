"""Utterances in languages other than English, for briefs written in them; a small bank of a few languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load, load_by_language
from fourfold_offline.mask.voices import Temper


@dataclass(frozen=True, slots=True)
class Lines:
    """Utterances of one language by temper.

    `echoes` let a hurt be felt, `long` ones ramble, `stern` ones order or judge, `lively` ones laugh or shout.
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
    """The bank of each language that has one, by ISO 639 code."""
    return load_by_language("lines", Lines)


@cache
def _loanwords() -> dict[str, tuple[str, ...]]:
    return load("loanwords", dict[str, tuple[str, ...]])


def lines_in(language: str) -> Lines | None:
    """The bank of a language (BCP 47), or None where there is none and English is used."""
    return native_lines().get(language.split("-", maxsplit=1)[0])


def loans_of(language: str) -> tuple[str, ...]:
    """Words of a language (BCP 47) that mark the English of its speakers."""
    return _loanwords().get(language.split("-", maxsplit=1)[0], ())
