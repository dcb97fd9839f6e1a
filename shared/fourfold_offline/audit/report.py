"""Step 6: the audit by rule. Each score starts at 5; each finding lowers the score of its dimension."""

from __future__ import annotations

import re
from dataclasses import replace

from fourfold.constraints import Fact, Violation, check_mask, check_self, check_surface
from fourfold.persona import Dimension, Finding, Scores
from fourfold.pipeline.audit import AuditReport
from fourfold.steps import StepName
from fourfold_offline.audit.cliche import cliche_findings
from fourfold_offline.audit.identity import identity_findings
from fourfold_offline.audit.layers import layer_findings
from fourfold_offline.audit.life import life_findings
from fourfold_offline.audit.period import period_findings
from fourfold_offline.audit.prose import prose_findings
from fourfold_offline.brief.parse import stated_facts
from fourfold_offline.brief.places import find_places
from fourfold_offline.step_input import StepInput

# Points that a finding of each severity costs: the scale that the audit's task states.
_COST = {1: 0.3, 2: 0.6, 3: 1.2, 4: 2.0, 5: 3.5}
_MOST = 12
_FIELD = re.compile(r"^(soul|self|mask|surface)(\.[a-z_]+)*$")


def audit(inputs: StepInput) -> AuditReport:
    """The findings, the most severe first, and the scores."""
    if not any(isinstance(link.constraint, Fact) for link in inputs.chain):
        # A persona written in a single call has no constraint chain: its facts are read from the brief.
        inputs = replace(inputs, chain=(*inputs.chain, *stated_facts(inputs, StepName.AUDIT)))
    found = [
        *_broken(inputs),
        *life_findings(inputs),
        *identity_findings(inputs),
        *layer_findings(inputs),
        *period_findings(inputs),
        *cliche_findings(inputs),
        *prose_findings(inputs),
    ]
    unique = {(item.dimension, item.field, item.quote): item for item in reversed(found)}
    kept = sorted(
        unique.values(),
        key=lambda item: (-item.severity, list(Dimension).index(item.dimension), item.field, item.quote),
    )[:_MOST]
    scores = dict.fromkeys(Dimension, 5.0)
    for item in kept:
        scores[item.dimension] -= _COST[item.severity]
    return AuditReport(
        findings=tuple(kept),
        scores=Scores(**{dimension.value: round(max(0.0, score), 2) for dimension, score in scores.items()}),
    )


def _broken(inputs: StepInput) -> list[Finding]:
    """Findings on broken constraints: the recorded violations, and those that the layers break now."""
    broken = list(inputs.violations)
    if inputs.self_ is not None:
        broken += check_self(inputs.self_, inputs.chain)
    if inputs.mask is not None:
        broken += check_mask(inputs.mask, inputs.chain, inputs.intent.language)
    if inputs.surface is not None:
        broken += check_surface(inputs.surface, inputs.chain)
    if _names_a_place_within(inputs):
        broken = [item for item in broken if item.field != "surface.location"]
    return [_as_finding(item) for item in {(item.field, item.demand): item for item in broken}.values()]


def _names_a_place_within(inputs: StepInput) -> bool:
    """Whether the brief states a country or a region, and the surface a place in that country ("Tuscany", "Siena")."""
    stated, surface = inputs.value("surface.location"), inputs.surface
    if stated is None or surface is None:
        return False
    around = find_places(stated)
    countries = {place.land.country for place in find_places(surface.location) if place.land is not None}
    return bool(around) and all(
        place.kind == "country" and place.land is not None and place.land.country in countries for place in around
    )


def _as_finding(broken: Violation) -> Finding:
    field = broken.field if _FIELD.match(broken.field) else "soul"
    layer = field.split(".")[0]
    dimension = Dimension.VOICE_DISTINCTIVENESS if layer == "mask" else Dimension.COHERENCE
    severity = 4 if layer == "surface" else 3
    note = f"A constraint stands broken; it asks for {broken.demand}"[:400]
    return Finding(dimension=dimension, field=field, quote=broken.observed[:300], severity=severity, note=note)
