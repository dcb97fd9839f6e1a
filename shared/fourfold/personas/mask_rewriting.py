"""Writes the mask of a new persona once more with the pipeline's steps, away from the voices it is too close to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from fourfold.config.engine import RunSettings
from fourfold.events.voice import VoiceTooClose
from fourfold.jobs.answers import PaidAnswers
from fourfold.layer_edits import layer_violations
from fourfold.layers import Layers, layers_of
from fourfold.llm.fallback import Deadline, NoWatcher
from fourfold.llm.port import LanguageModel, ModelError
from fourfold.persona import Dimension, Finding, Persona
from fourfold.persona_versions import PersonaVersion
from fourfold.pipeline.mask_build import MASK_BUILD
from fourfold.pipeline.new_run import pinned_run
from fourfold.pipeline.regeneration import rewriting_state
from fourfold.pipeline.rewrite import RewriteRequest
from fourfold.pipeline.run_step import run_step
from fourfold.pipeline.state import DraftBasis, RunState
from fourfold.pipeline.step import Step
from fourfold.pipeline.surface_ground import SURFACE_GROUND
from fourfold.steps import StepName
from fourfold.voice.rewriting_job import LAYER_ANSWER, LayerAnswer, RewrittenLayers, avoided_features

# Who the person is stays: others know it already. How they look may follow the new mask.
KEPT: Final = ("surface.name", "surface.age", "surface.location", "surface.occupation")
_STEPS: Final[tuple[Step[Any], ...]] = (MASK_BUILD, SURFACE_GROUND)
_LONGEST_QUOTE: Final = 300
_BREAKS_THE_VOICE: Final = 5


@dataclass(frozen=True)
class MaskWriter:
    """Implements `fourfold.voice.rewriting_job.LayerWriter` for one persona.

    `basis` is the parsed brief and the constraint chain of its layers, `models_of` the model chain of a step.
    """

    persona: Persona
    basis: DraftBasis
    settings: RunSettings
    models_of: Callable[[StepName], Sequence[LanguageModel]]
    deadline: Deadline
    now: datetime

    def __call__(self, close: VoiceTooClose, answers: PaidAnswers) -> RewrittenLayers:
        """Returns the layers with a new mask; none if no model writes one that keeps the constraints as the first did.

        Raises:
            ModelError: the time of this worker is over.
            StoppedError: the run was cancelled.
        """
        state = self._state(close)
        try:
            for step in _STEPS:
                paid = answers.get_or_make(f"{LAYER_ANSWER}{step.name}", partial(self._written, step, state))
                state = RunState.model_validate_json(LayerAnswer.model_validate_json(paid).text)
        except ModelError as error:
            if self.deadline.over:
                raise
            return RewrittenLayers(layers=None, calls=error.calls)
        before, after = layers_of(self.persona), self._layers_of(state)
        usable = after != before and self._breaks(after) <= self._breaks(before)
        return RewrittenLayers(layers=after if usable else None)

    def _state(self, close: VoiceTooClose) -> RunState:
        settings, persona = self.settings, self.persona
        run = pinned_run(persona.id, persona.workspace_id, settings, self.now, StepName.MASK_BUILD)
        run = run.model_copy(update={"seed": persona.seed})
        state, _ = rewriting_state(persona, self.basis, run, RewriteRequest(StepName.MASK_BUILD, KEPT))
        return state.model_copy(update={"findings": findings_of(close, persona)})

    def _written(self, step: Step[Any], state: RunState) -> str:
        outcome = run_step(step, state.reset_for(step.name), self.models_of(step.name), self.deadline, NoWatcher())
        return LayerAnswer(text=outcome.state.model_dump_json(), calls=outcome.calls).model_dump_json()

    def _layers_of(self, state: RunState) -> Layers:
        values = {"mask": state.draft.mask, "surface": state.draft.surface}
        return layers_of(self.persona).model_copy(update=values)

    def _breaks(self, layers: Layers) -> int:
        """The number of constraints that the layers break."""
        return len(layer_violations(layers, self.basis.constraints, self.persona.language))


def findings_of(close: VoiceTooClose, persona: Persona) -> tuple[Finding, ...]:
    """What the step reads of the voices that are too close: the features that they share, and the lines to leave."""
    mask = layers_of(persona).mask
    shared = ", ".join(feature.replace("_", " ") for feature in avoided_features(close)) or "all that is measured"
    note = f"Other people of this cast sound the same: alike in {shared}. Write a voice that differs there first."
    quoted = {"mask.rhythm": mask.rhythm, "mask.tone": mask.tone, "mask.signature_phrases": mask.signature_phrases[0]}
    return tuple(
        Finding(
            dimension=Dimension.VOICE_DISTINCTIVENESS,
            field=field,
            quote=quote[:_LONGEST_QUOTE],
            severity=_BREAKS_THE_VOICE,
            note=note,
        )
        for field, quote in quoted.items()
    )


def is_as_created(persona: Persona, first: PersonaVersion | None) -> bool:
    """Whether all layers are those that the run of its creation wrote: no person gave, kept or edited any of them."""
    return (
        first is not None
        and persona.parent_id is None
        and persona.imported_from is None
        and first.run_id is not None
        and first.run_id == persona.run_id
        and first.persona.has_layers
        and layers_of(first.persona) == layers_of(persona)
    )
