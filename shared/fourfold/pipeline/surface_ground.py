"""Step 5, surface_ground: writes name, age, location, occupation and appearance, constrained by the other layers."""

from __future__ import annotations

from fourfold.constraints import check_surface
from fourfold.persona import Document, Surface
from fourfold.pipeline.state import RunState
from fourfold.pipeline.step import AppliedAnswer, Step
from fourfold.steps import StepName

TASK = """\
Task: surface_ground. Give the person a place in the world. The inside is finished; find the outside that such an inside
would have arrived at.

- Facts of the brief are kept as they stand: age, name, place and occupation are never improved, moved or rounded. If
  the brief gives only a given name, add a family name that fits.
- name: one that parents in that place, of that generation and class, gave a child. Not the most famous name there is.
- age: old enough for the wound and for the work, if the brief leaves it open.
- location: a real place, with a quarter or a region where it helps. The locale of the parse binds.
- occupation: what they do on a weekday, in the words they would use. If the brief leaves it open, choose where the
  wound would have sent them, not what their traits would score best in.
- appearance: two to four sentences on what they chose and what life did: hands, shoes, what they carry, how they hold a
  doorway. No beauty, no eye-colour list, nothing that only says their ethnicity.

Do not explain the inside again, and do not let a stereotype of the job or place in by the back door: read your lines
and ask whether they would stand in any profile of that profession in that country. If so, replace them.

Example. Not "a 45-year-old Italian chef with warm eyes" but "Keeps her reading glasses in the apron and a pencil
stub behind the ear she was told, at school, stuck out."
"""


class SurfaceGrounding(Document):
    """The answer of surface_ground. No layer follows, so it has no constraints."""

    surface: Surface


def apply(state: RunState, output: SurfaceGrounding) -> AppliedAnswer:
    """Returns the state with the surface. A changed or omitted fact of the brief is a violation."""
    after = state.model_copy(update={"draft": state.draft.model_copy(update={"surface": output.surface})})
    return AppliedAnswer(after, check_surface(output.surface, state.constraints))


SURFACE_GROUND = Step(
    name=StepName.SURFACE_GROUND, output_type=SurfaceGrounding, task=TASK, apply=apply, text_name="surface_ground"
)
