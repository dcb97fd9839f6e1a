"""Voices, each a distinct way of building sentences; and habits, roles and lines that any voice may get."""

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

    `profile` is the Big Five profile it suits best. `temper` is the kind of native lines that match
    it. `shows` are the voice demands that its own lines meet. `of_children`: children may have it, too.
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
    """Habits of speech and social roles, added to a voice so that personas of one voice differ."""

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
    """Lines that meet one voice demand, for voices whose own lines do not."""
    return load("en/marker_lines", dict[VoiceMarker, tuple[str, ...]])
