"""Utterances in languages other than English, for personas who would not speak it. A small bank, said to be one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lines:
    """Utterances of one language: those that let a hurt be felt, and the rest."""

    echoes: tuple[str, ...]
    lines: tuple[str, ...]


BANK: dict[str, Lines] = {}


def lines_in(language: str) -> Lines | None:
    """The bank of a language (BCP 47), or None where there is none and English stands in."""
    return BANK.get(language.split("-", maxsplit=1)[0])
