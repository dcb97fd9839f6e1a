"""What a dramatic core is: one wound with the desire, fear and change that grow from it, and what it demands later."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.constraints import VoiceMarker
from fourfold.persona import Archetype, AttachmentStyle, SchwartzValue, Trait


@dataclass(frozen=True, slots=True)
class Scene:
    """A wound as it happened, at an age from `earliest` to `latest` in years, and at least `since` years ago.

    {friend} stands for someone whose pronouns, {he} and the rest, are not the person's own.
    """

    earliest: int
    latest: int
    text: str
    since: int = 1


@dataclass(frozen=True, slots=True)
class Bound:
    """A range on a trait and why the core asks for it."""

    trait: Trait
    low: float
    high: float
    reason: str


@dataclass(frozen=True, slots=True)
class Core:
    """A dramatic core. `kinds` are the life facts it answers (see brief_life); `marker_reasons` the voice it forces."""

    name: str
    scenes: tuple[Scene, ...]
    desires: tuple[str, ...]
    fears: tuple[str, ...]
    arcs: tuple[str, ...]
    echoes: tuple[str, ...]
    note: str
    bounds: tuple[Bound, ...]
    demands: tuple[tuple[VoiceMarker, str], ...]
    archetypes: tuple[Archetype, ...]
    attachment: tuple[AttachmentStyle, ...]
    values: tuple[SchwartzValue, ...]
    kinds: frozenset[str] = frozenset()
    trades: frozenset[str] = frozenset()
