"""The offline answer to the single call: the same writers as for the six steps, with no constraints between them."""

from __future__ import annotations

from dataclasses import replace

from fourfold.pipeline.single_call import SingleCallPersona
from fourfold.steps import StepName
from fourfold_offline.brief.parse import parse_brief, stated_facts
from fourfold_offline.mask.build import build_mask
from fourfold_offline.self_.profile import measure_self
from fourfold_offline.soul.draft import draft_soul
from fourfold_offline.step_input import Material
from fourfold_offline.surface.ground import ground_surface


def write_at_once(material: Material) -> SingleCallPersona:
    """All layers. Facts of the brief are kept, as a model that reads the brief would; bounds and demands are not."""
    intent = parse_brief(material)
    known = replace(material, intent=intent, chain=stated_facts(material, StepName.SINGLE_CALL))
    soul = draft_soul(known).soul
    known = replace(known, soul=soul)
    self_ = measure_self(known).self_
    known = replace(known, self_=self_)
    mask = build_mask(known).mask
    known = replace(known, mask=mask)
    surface = ground_surface(known).surface
    return SingleCallPersona(
        language=intent.language, locale=intent.locale, soul=soul, self_=self_, mask=mask, surface=surface
    )
