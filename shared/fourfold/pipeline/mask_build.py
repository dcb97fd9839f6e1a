"""Step 4, mask_build: writes the voice, constrained by Soul and Self."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fourfold.constraints import Note, check_mask
from fourfold.persona import Document, Mask
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Step, extended_chain
from fourfold.steps import StepName

TASK = """\
Task: mask_build. Write the voice this person uses when others listen. The mask is what the soul does with the self in
company: it hides the fear and serves the desire, and now and then it slips.

- register: one of Joos's five: frozen (ritual, fixed words), formal, consultative (polite shop talk), casual,
  intimate.
- tone: a few words for the mood under the words ("dry, a beat late, never unkind").
- rhythm: how sentences run. Length, pauses, what comes first, how they end; what changes when they are cornered.
  Someone must be able to imitate it from this line alone.
- vocabulary: six to twelve words or short turns this person reaches for and their neighbours would not, from their
  work, family and place. No fancy words for their own sake.
- signature_phrases: three to five complete utterances, in the language they speak, as said aloud to somebody. At least
  one must let the wound be felt without naming it. None may be a proverb, a slogan or a line that would suit anyone.
- social_role: what they are in a group when nobody assigned roles ("the one who knows where the spare key is").

Show every voice_demand in the phrases themselves: if they hedge, a phrase hedges; if they ask first, one is a question;
terse means seven words or fewer on average. Cover the name: a reader who hears two phrases should not take them
for another person's.

Then hand down notes (layer "surface") only if the voice implies something outside: an accent's region, a trade's words.

Example. Not "I always say, family comes first" but "Sit, sit. You ate? No, what you ate is not eating."
"""

MaskConstraints = Annotated[tuple[Note, ...], Field(max_length=4)]


class MaskBuild(Document):
    """The answer of mask_build: the layer, and constraints on the surface."""

    mask: Mask
    constraints: MaskConstraints = ()


def apply(state: RunState, output: MaskBuild) -> AppliedAnswer:
    """Returns the state with the mask. A voice demand that its phrases do not meet is a violation."""
    after = state.model_copy(
        update={
            "draft": state.draft.model_copy(update={"mask": output.mask}),
            "constraints": extended_chain(state, StepName.MASK_BUILD, output.constraints),
        }
    )
    return AppliedAnswer(after, check_mask(output.mask, state.constraints, state.language))


MASK_BUILD = Step(name=StepName.MASK_BUILD, output_type=MaskBuild, task=TASK, apply=apply, text_name="mask_build")
