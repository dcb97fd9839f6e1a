"""The six steps of the pipeline, in the order they run: from the inside of a person to the outside."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """A step's name: the Lambda folder, the config prefix and the `step` of a progress event."""

    INTENT_PARSE = "intent_parse"
    SOUL_DRAFT = "soul_draft"
    SELF_ENRICH = "self_enrich"
    MASK_BUILD = "mask_build"
    SURFACE_GROUND = "surface_ground"
    AUDIT = "audit"


STEP_ORDER: tuple[StepName, ...] = tuple(StepName)


def position(step: StepName) -> int:
    """Zero-based place of `step` in the pipeline."""
    return STEP_ORDER.index(step)
