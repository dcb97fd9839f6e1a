"""Step 2, soul_draft: writes desire, fear, wound and growth arc, which all later layers depend on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fourfold.constraints import Note, TraitBound, VoiceDemand, contradictory_bounds
from fourfold.persona import Document, Soul
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Step, extended_chain
from fourfold.steps import StepName

TASK = """\
Task: soul_draft. Write what drives this person. Everything after you is held to it, so a vague soul makes a vague
person and no later step can mend that.

- desire: what they want badly enough to act against their interest. A want with an object, not a virtue.
- fear: what they would pay to avoid. It must stand in the way of the desire, or be what getting it would cost.
- wound: the event that taught them both. One scene: when, who was there, what was said or not said. It must be
  in scale: most wounds are small to a bystander. It must fit the facts of the brief (age, place, time).
- growth_arc: from which habit, through which test, to what they might become; and what they would have to give up.

Two to four sentences each. Do not write traits, manners of speech, looks or a CV: those are others' work. Do not name
the person unless the brief does. Do not explain the psychology ("as a result she has trust issues"); the scene does it.

Then hand down constraints, because you know what the soul implies and the next specialists do not:
- trait_bound: at least two that follow from desire, fear or wound. Someone whose desire is to be seen as ordinary is
  hardly above 0.5 in extraversion; someone who checks every lock twice is not low in neuroticism. Keep within bounds
  already in the chain. Leave room: a bound narrower than 0.2 is a verdict, not a bound.
- voice_demand: one to three habits the soul forces on the voice, with the reason. Someone who feared a parent's temper
  hedges, and asks before asserting. Someone who was laughed at speaks in short sentences.
- note: anything else a later layer must keep (layer "surface": "works with their hands, because ...").

If findings are given, an editor rejected the last attempt. Mend what they name at its root; do not polish words. Keep
what was not criticised only if it still follows.

Example of grain. Weak wound: "Her father's abandonment left her with a fear of rejection." Strong: "At nine she set two
places at the table every Friday for a year, because her father had said Friday without saying which. Her mother never
told her to stop; she just began serving the second plate to the neighbour's boy."
"""

SoulConstraints = Annotated[tuple[TraitBound | VoiceDemand | Note, ...], Field(min_length=1, max_length=10)]


class SoulDraft(Document):
    """The answer of soul_draft: the layer, and constraints on the later layers."""

    soul: Soul
    constraints: SoulConstraints


def apply(state: RunState, output: SoulDraft) -> AppliedAnswer:
    """Returns the state with the soul. Bounds that contradict those of the brief are violations."""
    chain = extended_chain(state, StepName.SOUL_DRAFT, output.constraints)
    after = state.model_copy(
        update={"draft": state.draft.model_copy(update={"soul": output.soul}), "constraints": chain}
    )
    return AppliedAnswer(after, contradictory_bounds(chain))


SOUL_DRAFT = Step(name=StepName.SOUL_DRAFT, output_type=SoulDraft, task=TASK, apply=apply, text_name="soul_draft")
