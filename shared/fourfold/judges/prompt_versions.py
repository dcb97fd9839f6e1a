"""The content hash of every prompt whose change can change a verdict or a persona."""

from __future__ import annotations

from typing import Any

from fourfold.judges.label_set import label_set_version
from fourfold.pipeline.audit import rubric_version
from fourfold.pipeline.intent_parse import INTENT_PARSE
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.self_enrich import SELF_ENRICH
from fourfold.pipeline.single_call import SINGLE_CALL
from fourfold.pipeline.soul_draft import SOUL_DRAFT
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold.provocation.judge import suite_judge_version

WRITING_STEPS: tuple[Step[Any], ...] = (INTENT_PARSE, SOUL_DRAFT, SELF_ENRICH, MASK_BUILD, SURFACE_GROUND, SINGLE_CALL)


def current_versions() -> dict[str, str]:
    """The version of each prompt by its step, of the suite's judge, and of the label set."""
    steps = {step.name.value: step.version() for step in WRITING_STEPS}
    return {**steps, "audit": rubric_version(), "suite": suite_judge_version(), "labels": label_set_version()}
