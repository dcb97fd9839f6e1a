"""The offline answer to the single call: the same writers as for the six steps, with no constraints between them."""

from __future__ import annotations

from dataclasses import replace

from fourfold.models.offline.brief_reading import parse_brief, stated_facts
from fourfold.models.offline.material import Material
from fourfold.models.offline.self_profile import measure_self
from fourfold.models.offline.soul import draft_soul
from fourfold.models.offline.surface import ground_surface
from fourfold.models.offline.voice import build_mask
from fourfold.pipeline.single_call import SingleCallPersona
from fourfold.steps import StepName


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
