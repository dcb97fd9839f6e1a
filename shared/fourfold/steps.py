"""The six steps of the pipeline in execution order, the confirmation of an audit, and the single call."""

from __future__ import annotations

from enum import StrEnum


class StepName(StrEnum):
    """The name of a pipeline step, as in settings and progress events."""

    # A value is also the folder of the step's Lambda function and, except for the confirmation, the prefix of its
    # settings.

    INTENT_PARSE = "intent_parse"
    SOUL_DRAFT = "soul_draft"
    SELF_ENRICH = "self_enrich"
    MASK_BUILD = "mask_build"
    SURFACE_GROUND = "surface_ground"
    AUDIT = "audit"
    CONFIRM_AUDIT = "confirm_audit"
    SINGLE_CALL = "single_call"


# Inner layers first.
STEP_ORDER: tuple[StepName, ...] = (
    StepName.INTENT_PARSE,
    StepName.SOUL_DRAFT,
    StepName.SELF_ENRICH,
    StepName.MASK_BUILD,
    StepName.SURFACE_GROUND,
    StepName.AUDIT,
)
# The baseline: one call writes all layers, and the same audit scores them.
SINGLE_CALL_ORDER: tuple[StepName, ...] = (StepName.SINGLE_CALL, StepName.AUDIT)


def position(step: StepName) -> int:
    """Returns the zero-based index of `step` in the pipeline: 0 for the single call, 6 for the confirmation."""
    if step is StepName.CONFIRM_AUDIT:
        return len(STEP_ORDER)
    return 0 if step is StepName.SINGLE_CALL else STEP_ORDER.index(step)
