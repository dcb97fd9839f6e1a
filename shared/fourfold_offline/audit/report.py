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
from fourfold_offline.lexicon.occupations import trade_of_title
from fourfold_offline.lexicon.places import lands_by_locale
from fourfold_offline.step_input import StepInput

# Points that a finding of each severity costs: the scale that the audit's task states.
_COST = {1: 0.3, 2: 0.6, 3: 1.2, 4: 2.0, 5: 3.5}
_MOST = 12
_NEAR = re.compile(
    r"\b(?:near|outside|north of|south of|east of|west of|up from|not far from|above|below)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"\b(?:early|mid|late|nearly|almost|about|around|roughly|some|over|under|past)\b|\b\w{1,40}ies\b|\b\w{1,40}(?:ty|teen)s\b|\d0s|-?(?:something|odd|ish)\b",
    re.IGNORECASE,
)
_AROUND = 5  # years
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
    broken = [item for item in broken if item.field not in _IN_OTHER_WORDS or not _IN_OTHER_WORDS[item.field](inputs)]
    return [_as_finding(item) for item in {(item.field, item.demand): item for item in broken}.values()]


def _is_a_place_of_the_brief(inputs: StepInput) -> bool:
    """Whether the surface is in a place that the brief names, or within it ("Tuscany", "Siena"; "Scottish", "Hawick").

    A place that no list has ("the Cévennes") is taken for a part of the country that the parse names.
    """
    stated, surface = inputs.value("surface.location"), inputs.surface
    if stated is None or surface is None:
        return False
    there = [place for place in find_places(surface.location) if place.land is not None]
    countries = {place.land.country for place in there if place.land is not None}
    if any(
        place.kind == "city" and place.canonical in {each.canonical for each in there}
        for place in find_places(inputs.brief)
    ):
        return True
    around = find_places(stated)
    near = _NEAR.search(inputs.brief[: inputs.brief.find(stated)]) is not None
    if near and any(place.land is not None and place.land.country in countries for place in around):
        return True
    if not around:
        parsed = lands_by_locale().get(inputs.intent.locale)
        return parsed is not None and parsed.country in countries
    return all(
        place.kind in {"country", "people"} and place.land is not None and place.land.country in countries
        for place in around
    )


def _is_within_a_vague_age(inputs: StepInput) -> bool:
    """Whether the brief gives the age only about ("in his sixties"), and the surface's is near it."""
    stated, surface = inputs.facts("surface.age"), inputs.surface
    if surface is None or not stated or not all(_VAGUE.search(fact.quote) for fact in stated):
        return False
    return all(abs(surface.age - int(fact.value)) <= _AROUND for fact in stated)


def _is_the_same_work(inputs: StepInput) -> bool:
    """Whether the surface's work is the stated one in other words: of the same trade, or about the same thing."""
    stated, surface = inputs.value("surface.occupation"), inputs.surface
    if stated is None or surface is None:
        return False
    if stated.casefold() not in inputs.brief.casefold():  # inferred from what they do: "grows roses"
        return True
    trade = trade_of_title(stated)
    same_trade = trade is not None and trade == trade_of_title(surface.occupation)
    return same_trade or bool(_stems(f"{stated} {inputs.brief}") & _stems(surface.occupation))


def _stems(occupation: str) -> set[str]:
    """The beginnings of its words that say what the work is about."""
    words = re.findall(r"[^\W\d_]{4,}", occupation.casefold())
    return {word[:6] for word in words} - {
        "retire",
        "former",
        "young",
        "senior",
        "junior",
        "assist",
        "appren",
        "worker",
    }


# By the field, whether the surface says what the brief does in other words.
_IN_OTHER_WORDS = {
    "surface.location": _is_a_place_of_the_brief,
    "surface.occupation": _is_the_same_work,
    "surface.age": _is_within_a_vague_age,
}


def _as_finding(broken: Violation) -> Finding:
    field = broken.field if _FIELD.match(broken.field) else "soul"
    layer = field.split(".")[0]
    dimension = Dimension.VOICE_DISTINCTIVENESS if layer == "mask" else Dimension.COHERENCE
    severity = 4 if layer == "surface" else 3
    note = f"A constraint stands broken; it asks for {broken.demand}"[:400]
    return Finding(dimension=dimension, field=field, quote=broken.observed[:300], severity=severity, note=note)
