"""Step 6: the audit by rule. Scores start at 5 and go down by what can be quoted; text that asks for a score is text."""

from __future__ import annotations

import re
from dataclasses import replace

from fourfold.constraints import Fact, Violation, check_mask, check_self, check_surface
from fourfold.persona import Dimension, Finding, Scores
from fourfold.pipeline.audit import AuditReport
from fourfold.steps import StepName
from fourfold_offline.audit.identity import identity_findings
from fourfold_offline.audit.life import life_findings
from fourfold_offline.audit.prose import prose_findings
from fourfold_offline.brief.parse import stated_facts
from fourfold_offline.step_input import Material

# What a finding of each severity costs its dimension: the scale the task states to every auditor.
_COST = {1: 0.3, 2: 0.6, 3: 1.2, 4: 2.0, 5: 3.5}
_MOST = 12
_FIELD = re.compile(r"^(soul|self|mask|surface)(\.[a-z_]+)*$")


def audit(material: Material) -> AuditReport:
    """Findings, the gravest first, and the scores they leave."""
    if not any(isinstance(link.constraint, Fact) for link in material.chain):
        # A persona written in a single call comes without a chain; the brief says the same all the same.
        material = replace(material, chain=(*material.chain, *stated_facts(material, StepName.AUDIT)))
    found = [*_broken(material), *life_findings(material), *identity_findings(material), *prose_findings(material)]
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


def _broken(material: Material) -> list[Finding]:
    """Constraints that stand broken: those handed over, and those the layers break whether or not anyone said so."""
    broken = list(material.violations)
    if material.self_ is not None:
        broken += check_self(material.self_, material.chain)
    if material.mask is not None:
        broken += check_mask(material.mask, material.chain, material.intent.language)
    if material.surface is not None:
        broken += check_surface(material.surface, material.chain)
    return [_as_finding(item) for item in {(item.field, item.demand): item for item in broken}.values()]


def _as_finding(broken: Violation) -> Finding:
    field = broken.field if _FIELD.match(broken.field) else "soul"
    layer = field.split(".")[0]
    dimension = Dimension.VOICE_DISTINCTIVENESS if layer == "mask" else Dimension.COHERENCE
    severity = 4 if layer == "surface" else 3
    note = f"A constraint stands broken; it asks for {broken.demand}"[:400]
    return Finding(dimension=dimension, field=field, quote=broken.observed[:300], severity=severity, note=note)
