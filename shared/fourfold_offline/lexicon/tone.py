"""English words that set the tone and the genre of a brief."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold_offline.data_files import load


@dataclass(frozen=True, slots=True)
class Tone:
    """Words at the ends of the tonal axes (warmth, gravity, intensity, irony), and the genre each word hints at."""

    warm: frozenset[str]
    cold: frozenset[str]
    grave: frozenset[str]
    light: frozenset[str]
    fierce: frozenset[str]
    calm: frozenset[str]
    ironic: frozenset[str]
    genres: dict[str, str]


@cache
def tone() -> Tone:
    """The words of tone."""
    return load("en/tone", Tone)
