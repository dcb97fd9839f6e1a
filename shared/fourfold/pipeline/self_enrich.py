"""Step 3, self_enrich: writes Big Five, archetype, values and attachment style, constrained by Soul."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from fourfold.constraints import Note, VoiceDemand, check_self
from fourfold.persona import Document, SelfLayer
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Step, extended_chain
from fourfold.pipeline.system_prompt import MEASURE_PREAMBLE
from fourfold.steps import StepName

TASK = """\
Task: self_enrich. Measure the person the soul describes. You do not add to them; you find where they stand.

- big_five: five levels from 0 to 1; 0.5 is the middle of the population and 0.1 apart is a difference people notice.
  Obey every trait_bound. Where nothing binds, ask what the wound trained and what the desire needs. A profile of
  five values near 0.5 says you did not read; so does one at the extremes everywhere.
- archetype: the one of the twelve the person's story leans on. A tag for readers, no measurement.
- values: three to five of Schwartz's nineteen, the most important first, as their choices show them, not as
  they would like to be seen. Two that sit opposite each other in the circle are welcome if the soul explains the pull.
- attachment_style: how they behave when someone gets close. It follows from the wound more than from the job.

Then hand down constraints on the voice and the surface:
- voice_demand: what the numbers do to speech. High agreeableness with a need for approval hedges, softens and asks
  before asserting; low agreeableness with low neuroticism is blunt; high conscientiousness with high openness speaks in
  concrete detail. One to three, and none that contradicts a voice_demand already in the chain.
- note (layer "mask" or "surface") for the rest.

Do not write sentences for the person, looks or a biography. Do not soften the soul to get rounder numbers.

Example. Soul: wants to be the one nobody has to worry about. Then neuroticism may be 0.7 and well hidden, extraversion
0.4, conscientiousness 0.8; attachment dismissive_avoidant rather than secure; values benevolence_dependability,
security_personal, face; voice_demand self_deprecating, "turns concern into a joke so that nobody stays with it".
"""

SelfConstraints = Annotated[tuple[VoiceDemand | Note, ...], Field(max_length=8)]


class SelfEnrichment(Document):
    """The answer of self_enrich: the layer, and constraints on voice and surface."""

    self_: SelfLayer = Field(alias="self")
    constraints: SelfConstraints = ()


def apply(state: RunState, output: SelfEnrichment) -> AppliedAnswer:
    """Returns the state with the self. A level outside the chain's bounds is a violation."""
    after = state.model_copy(
        update={
            "draft": state.draft.model_copy(update={"self_": output.self_}),
            "constraints": extended_chain(state, StepName.SELF_ENRICH, output.constraints),
        }
    )
    return AppliedAnswer(after, check_self(output.self_, state.constraints))


SELF_ENRICH = Step(
    name=StepName.SELF_ENRICH,
    output_type=SelfEnrichment,
    task=TASK,
    apply=apply,
    system=MEASURE_PREAMBLE,
    text_name="self_enrich",
)
