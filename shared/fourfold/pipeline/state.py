"""The run state that the state machine passes from step to step: the draft, the constraints and the settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field

from fourfold.config.engine import PinnedConfig
from fourfold.constraints import Link, Violation
from fourfold.ids import BatchId, EvaluationId, PersonaId, RunId
from fourfold.persona import Audit, Document, Finding, Language, Mask, Refined, Seed, SelfLayer, Soul, Surface
from fourfold.pipeline.intent import Intent
from fourfold.pipeline.rewrite import Rewrite
from fourfold.progress.run import NameScope
from fourfold.steps import STEP_ORDER, StepName, position


class Draft(Document):
    """The layers of the current attempt. A layer is null until its step is completed."""

    parse: Intent | None = None
    soul: Soul | None = None
    self_: SelfLayer | None = Field(default=None, alias="self")
    mask: Mask | None = None
    surface: Surface | None = None


_FIELD_OF_STEP: dict[StepName, str] = {
    StepName.INTENT_PARSE: "parse",
    StepName.SOUL_DRAFT: "soul",
    StepName.SELF_ENRICH: "self_",
    StepName.MASK_BUILD: "mask",
    StepName.SURFACE_GROUND: "surface",
}


MAX_VIOLATIONS = 12


class DraftBasis(Document):
    """The parsed brief and the constraint chain of a persona's layers. Stored for regeneration; not in the API."""

    parse: Intent | None
    constraints: tuple[Link, ...]
    violations: tuple[Violation, ...]


class RunState(Document):
    """The input and the output of every step. At most 256 KiB, the limit of Step Functions (a test proves the bound).

    `log_seq` is the newest entry of the run's event log known to this state; the step appends after it. `start_at` is
    the first step of the run; the layers of earlier steps are given, and what `rewrite` keeps of later ones.
    `asked_language` (BCP 47) is the one that the persona must speak, None if the brief decides.
    `seed` is what the steps vary the brief by. `batch_id` and `distinct_names` are as in `Run`. `avoid_names` are the
    names that the step at work keeps away from; no step returns it. `evaluation_id` is the evaluation that the run
    belongs to: its calls are paid from the evaluation's budget. `reserved_usd` is what the run held of the budgets that
    limit it when it began, None if none does; `spent_usd` is what it has spent since, counted only then.
    """

    run_id: RunId
    persona_id: PersonaId
    workspace_id: str
    intent: str
    started_at: datetime
    config: PinnedConfig
    config_hash: str
    start_at: StepName = StepName.INTENT_PARSE
    asked_language: Language | None = None
    seed: Seed | None = None
    batch_id: BatchId | None = None
    distinct_names: NameScope | None = None
    avoid_names: tuple[str, ...] = ()
    attempt: Annotated[int, Field(ge=1, le=4)] = 1
    log_seq: Annotated[int, Field(ge=0)] = 0
    draft: Draft = Draft()
    constraints: tuple[Link, ...] = ()
    violations: Annotated[tuple[Violation, ...], Field(max_length=MAX_VIOLATIONS)] = ()
    findings: tuple[Finding, ...] = ()
    audit: Audit | None = None
    rewrite: Rewrite | None = None
    refined: Refined | None = None
    evaluation_id: EvaluationId | None = None
    reserved_usd: float | None = Field(default=None, exclude_if=lambda usd: usd is None)
    spent_usd: float = Field(default=0.0, exclude_if=lambda usd: usd == 0)

    def reset_for(self, step: StepName) -> RunState:
        """Returns the state that `step` starts from, without the earlier output of `step` and of later steps.

        Layers that are kept whole stay, with the constraints of their steps. The confirmation starts from the audit
        that it confirms.
        """
        written = {name for name in STEP_ORDER if position(name) >= position(step) and not self.keeps(name)}
        stale = {field: None for name, field in _FIELD_OF_STEP.items() if name in written}
        return self.model_copy(
            update={
                "draft": self.draft.model_copy(update=stale),
                "constraints": tuple(link for link in self.constraints if not _is_of(link.source, written)),
                "violations": tuple(found for found in self.violations if step_of(found) not in written),
                "audit": self.audit if step is StepName.CONFIRM_AUDIT else None,
                "refined": self.refined if step is StepName.CONFIRM_AUDIT else None,
            }
        )

    def keeps(self, step: StepName) -> bool:
        """Whether the run keeps the whole layer that the step would write."""
        return self.rewrite is not None and self.rewrite.keeps(step)

    def basis(self) -> DraftBasis:
        """Returns what a later regeneration of the persona starts from."""
        return DraftBasis(parse=self.draft.parse, constraints=self.constraints, violations=self.violations)

    @property
    def language(self) -> str | None:
        """The persona's language (BCP 47); None until the brief is parsed."""
        return self.draft.parse.language if self.draft.parse else None


_STEP_OF_FIELD = {
    "constraints": StepName.SOUL_DRAFT,
    "soul": StepName.SOUL_DRAFT,
    "self": StepName.SELF_ENRICH,
    "mask": StepName.MASK_BUILD,
    "surface": StepName.SURFACE_GROUND,
}


def step_of(violation: Violation) -> StepName:
    """The step that wrote the violating text."""
    return _STEP_OF_FIELD.get(violation.field.split(".")[0], StepName.INTENT_PARSE)


def _is_of(source: StepName, steps: set[StepName]) -> bool:
    """Whether a link of the chain was made by one of the steps; the single call makes links in place of all."""
    return (StepName.INTENT_PARSE if source is StepName.SINGLE_CALL else source) in steps
