"""The dramatic cores, and the core and scene that a finished soul was written from."""

from __future__ import annotations

import re
from functools import cache

from fourfold_offline.data_files import load
from fourfold_offline.soul.core import Core, Scene
from fourfold_offline.step_input import StepInput

_PARTS = ("childhood", "later", "further", "fate", "children")
_LEAST_FIXED = 14  # Characters; shorter pieces of fixed text occur in several scenes.


@cache
def cores() -> tuple[Core, ...]:
    """Every dramatic core."""
    return tuple(core for part in _PARTS for core in load(f"en/soul_cores/{part}", tuple[Core, ...]))


@cache
def _by_note() -> dict[str, Core]:
    return {core.note: core for core in cores()}


def core_of(inputs: StepInput) -> Core | None:
    """The core whose note is in the constraint chain; None where another model wrote the soul."""
    return next((_by_note()[note] for note in reversed(inputs.notes) if note in _by_note()), None)


def scene_of(core: Core, wound: str) -> Scene:
    """The scene of the core that shares the most fixed text with the wound."""
    return max(core.scenes, key=lambda scene: sum(len(piece) for piece in _fixed(scene.text) if piece in wound))


def _fixed(text: str) -> list[str]:
    pieces = re.split(r"<[^<>]*>|\{\w+\}|\[[a-z']+\]", text)
    return [piece.strip() for piece in pieces if len(piece.strip()) >= _LEAST_FIXED]


def lines_for_scene(lines: tuple[str, ...], core: Core, scene: Scene) -> list[str]:
    """The lines that fit a scene: all but those marked (`02:`) for other scenes of the core, without their marks."""
    place = str(core.scenes.index(scene))
    kept = []
    for line in lines:
        mark, colon, rest = line.partition(":")
        if not (colon and mark.isdecimal()):
            kept.append(line)
        elif place in mark:
            kept.append(rest)
    return kept
