"""Voices: each a way of building sentences that can be recognised with the name covered, and what is laid over one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from fourfold.constraints import VoiceMarker
from fourfold.persona import BigFive, Register
from fourfold_offline.data_files import load

Temper = Literal["warm", "dry", "careful", "long", "stern", "lively"]


@dataclass(frozen=True, slots=True)
class Voice:
    """One way of speaking.

    `profile` is the Big Five profile it suits best. `temper` is the kind of lines that stand for it in a language with a
    bank of its own lines. `shows` are the voice demands it meets by its nature. `of_children`: children talk so, too.
    """

    name: str
    registers: tuple[Register, ...]
    profile: BigFive
    tones: tuple[str, ...]
    rhythms: tuple[str, ...]
    roles: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...]
    shows: frozenset[VoiceMarker] = frozenset()
    temper: Temper = "dry"
    wry: bool = False
    of_children: bool = False


@dataclass(frozen=True, slots=True)
class Habits:
    """Single habits of speech and places in a group, laid over a voice so that no two personas of one voice agree."""

    quirks: tuple[str, ...]
    roles: tuple[str, ...]


@cache
def voices() -> tuple[Voice, ...]:
    """Every voice."""
    return load("en/voices", tuple[Voice, ...])


@cache
def voices_by_name() -> dict[str, Voice]:
    """Every voice by its name."""
    return {voice.name: voice for voice in voices()}


@cache
def habits() -> Habits:
    """The habits and roles there are."""
    return load("en/habits", Habits)


@cache
def marker_lines() -> dict[VoiceMarker, tuple[str, ...]]:
    """Utterances that show one voice demand plainly, for voices whose own lines do not happen to show it."""
    return load("en/marker_lines", dict[VoiceMarker, tuple[str, ...]])
