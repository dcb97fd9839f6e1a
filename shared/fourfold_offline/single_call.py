"""The single call: the functions of the six steps, without constraints between them."""

from __future__ import annotations

from dataclasses import replace

from fourfold.pipeline.single_call import SingleCallPersona
from fourfold.steps import StepName
from fourfold_offline.brief.parse import parse_brief, stated_facts
from fourfold_offline.mask.build import build_mask
from fourfold_offline.self_.profile import enrich_self
from fourfold_offline.soul.draft import draft_soul
from fourfold_offline.step_input import StepInput
from fourfold_offline.surface.ground import ground_surface


def write_in_one_call(inputs: StepInput) -> SingleCallPersona:
    """All layers. Facts of the brief are kept, as a model keeps them; trait bounds and voice demands are not."""
    intent = parse_brief(inputs)
    known = replace(inputs, intent=intent, chain=stated_facts(inputs, StepName.SINGLE_CALL))
    soul = draft_soul(known).soul
    known = replace(known, soul=soul)
    self_ = enrich_self(known).self_
    known = replace(known, self_=self_)
    mask = build_mask(known).mask
    known = replace(known, mask=mask)
    surface = ground_surface(known).surface
    return SingleCallPersona(
        language=intent.language,
        locale=intent.locale,
        refusal=intent.refusal,
        soul=soul,
        self_=self_,
        mask=mask,
        surface=surface,
    )
