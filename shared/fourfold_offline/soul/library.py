"""All dramatic cores, and the way back from a finished soul to the core and the scene it was told from."""

from __future__ import annotations

import re

from fourfold_offline.soul.core import Core, Scene
from fourfold_offline.soul.cores_childhood import CORES as _CHILDHOOD
from fourfold_offline.soul.cores_fate import CORES as _FATE
from fourfold_offline.soul.cores_further import CORES as _FURTHER
from fourfold_offline.soul.cores_later import CORES as _LATER
from fourfold_offline.soul.cores_of_children import CORES as _CHILD
from fourfold_offline.step_input import Material

CORES: tuple[Core, ...] = (*_CHILDHOOD, *_LATER, *_FURTHER, *_FATE, *_CHILD)
_BY_NOTE = {core.note: core for core in CORES}
_TELLING = 14  # Characters of fixed text that two scenes hardly share.


def core_of(material: Material) -> Core | None:
    """The core whose note stands in the chain; None when another model wrote the soul."""
    return next((_BY_NOTE[note] for note in reversed(material.notes) if note in _BY_NOTE), None)


def scene_of(core: Core, wound: str) -> Scene:
    """The scene of the core whose fixed words stand most in the wound."""
    return max(core.scenes, key=lambda scene: sum(len(piece) for piece in _fixed(scene.text) if piece in wound))


def _fixed(text: str) -> list[str]:
    pieces = re.split(r"<[^<>]*>|\{\w+\}|\[[a-z']+\]", text)
    return [piece.strip() for piece in pieces if len(piece.strip()) >= _TELLING]


def fitting(lines: tuple[str, ...], core: Core, scene: Scene) -> list[str]:
    """The lines that go with a scene: all but those marked (`02:`) for other scenes of the core, the mark taken off."""
    place = str(core.scenes.index(scene))
    kept = []
    for line in lines:
        mark, colon, rest = line.partition(":")
        if not (colon and mark.isdecimal()):
            kept.append(line)
        elif place in mark:
            kept.append(rest)
    return kept
