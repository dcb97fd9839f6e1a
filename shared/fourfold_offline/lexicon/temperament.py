"""English words of temperament and of speech: the trait range and the voice demand that each stands for.

Words that are also names or the first half of a trade ("frank", "private") are read by `brief.temperament`, with the
words of other languages.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fourfold.constraints import VoiceMarker
from fourfold.persona import Trait
from fourfold_offline.data_files import load

# Demands that no voice can meet together.
CONFLICTS: dict[VoiceMarker, VoiceMarker] = {
    VoiceMarker.TERSE: VoiceMarker.EXPANSIVE,
    VoiceMarker.EXPANSIVE: VoiceMarker.TERSE,
    VoiceMarker.FORMAL: VoiceMarker.INFORMAL,
    VoiceMarker.INFORMAL: VoiceMarker.FORMAL,
    VoiceMarker.BLUNT: VoiceMarker.HEDGES,
    VoiceMarker.HEDGES: VoiceMarker.BLUNT,
}


@dataclass(frozen=True, slots=True)
class _TraitWords:
    trait: Trait
    low: float
    high: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _SpeechPhrases:
    marker: VoiceMarker
    phrases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Traits:
    bounds: tuple[_TraitWords, ...]
    speech: tuple[_SpeechPhrases, ...]


@cache
def _traits() -> _Traits:
    return load("en/traits", _Traits)


@cache
def temperament() -> dict[str, tuple[tuple[Trait, float, float], ...]]:
    """The ranges (0-1) that each word of temperament sets for traits."""
    found: dict[str, tuple[tuple[Trait, float, float], ...]] = {}
    for group in _traits().bounds:
        for word in group.words:
            found[word] = (*found.get(word, ()), (group.trait, group.low, group.high))
    return found


@cache
def speech() -> dict[str, VoiceMarker]:
    """The voice demand of each phrase on how a person talks; the first listed counts."""
    found: dict[str, VoiceMarker] = {}
    for group in _traits().speech:
        for phrase in group.phrases:
            found.setdefault(phrase, group.marker)
    return found
