"""The six steps of the pipeline, in the order they run, and the single call they are compared with."""

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
    SINGLE_CALL = "single_call"


# From the inside of a person to the outside.
STEP_ORDER: tuple[StepName, ...] = (
    StepName.INTENT_PARSE,
    StepName.SOUL_DRAFT,
    StepName.SELF_ENRICH,
    StepName.MASK_BUILD,
    StepName.SURFACE_GROUND,
    StepName.AUDIT,
)
# The naive alternative: one call writes all layers, the same audit scores them.
SINGLE_CALL_ORDER: tuple[StepName, ...] = (StepName.SINGLE_CALL, StepName.AUDIT)


def position(step: StepName) -> int:
    """Zero-based place of `step` in the pipeline; the single call stands where the first step does."""
    return 0 if step is StepName.SINGLE_CALL else STEP_ORDER.index(step)
