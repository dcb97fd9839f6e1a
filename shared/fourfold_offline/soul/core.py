"""The dramatic core: a wound, the desire, fear and growth arc that follow from it, and constraints on later layers."""

from __future__ import annotations

from dataclasses import dataclass

from fourfold.constraints import VoiceMarker
from fourfold.persona import Archetype, AttachmentStyle, SchwartzValue, Trait


@dataclass(frozen=True, slots=True)
class Scene:
    """A wound as a scene, at an age from `earliest` to `latest` in years, at least `since` years ago.

    `{friend}` is someone of another gender than the person, with the pronouns `{he}`, `{him}`, `{his}`.
    """

    earliest: int
    latest: int
    text: str
    since: int = 1


@dataclass(frozen=True, slots=True)
class Bound:
    """A range (0-1) of a trait, and the reason for it."""

    trait: Trait
    low: float
    high: float
    reason: str


@dataclass(frozen=True, slots=True)
class Core:
    """A dramatic core.

    `echoes` are phrases that hint at the wound. `note` is the note to the mask by which a finished soul's core is
    found again. `demands` are voice demands with their reasons. `kinds` are the life events it is written for
    (`brief.life_events`), `trades` the trades it fits best. A line that begins with digits and a colon (`02:`) goes
    with the scenes at those places alone."""

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
