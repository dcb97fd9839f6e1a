"""Audit findings on layers that contradict each other: traits against the brief, the voice against the traits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.persona import Dimension, Finding, Mask, SelfLayer
from fourfold_offline.audit.words import VoiceSign, voice_signs
from fourfold_offline.brief.parse import temperament_words
from fourfold_offline.lexicon.temperament import temperament
from fourfold_offline.step_input import StepInput

# How far a level (0-1) lies outside of the range that a word of the brief sets, by severity.
_GAPS = ((0.45, 3), (0.25, 2), (0.05, 1))
# A voice contradicts a trait beyond these levels.
_LOW, _HIGH = 0.4, 0.6
_HEARD_TWICE = 2


def layer_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings where Self denies the brief, or Mask denies Self."""
    if inputs.self_ is None:
        return
    yield from _traits(inputs.brief, inputs.self_)
    if inputs.mask is not None:
        yield from _voice(inputs.mask, inputs.self_)


def _traits(brief: str, layer: SelfLayer) -> Iterator[Finding]:
    for word in temperament_words(brief):
        for trait, low, high in temperament()[word]:
            level = layer.big_five.level(trait)
            severity = next((severity for gap, severity in _GAPS if max(low - level, level - high) > gap), 0)
            if severity:
                note = f'The brief says "{word}"; {trait.value} should lie between {low} and {high}.'
                yield _finding(Dimension.COHERENCE, f"self.big_five.{trait.value}", f"{level}", severity, note)


def _voice(mask: Mask, layer: SelfLayer) -> Iterator[Finding]:
    for sign in voice_signs():
        level = layer.big_five.level(sign.trait)
        if (level < _LOW) if sign.high else (level > _HIGH):
            yield from _contradiction(mask, sign, level)


def _contradiction(mask: Mask, sign: VoiceSign, level: float) -> Iterator[Finding]:
    """One finding for the dimension of the voice and one for coherence; each part of the mask that shows it adds one."""
    tone = {match.group().casefold() for match in sign.described.finditer(mask.tone)}
    shown = [
        len(tone) >= _HEARD_TWICE or (bool(tone) and "," not in mask.tone),
        sign.described.search(mask.rhythm) is not None,
        sum(sign.spoken.search(phrase) is not None for phrase in mask.signature_phrases) >= _HEARD_TWICE,
    ]
    severity = max(sum(shown), int(bool(tone)))
    if not severity:
        return
    quote = next(iter(sorted(tone)), "") or _first_spoken(mask, sign)
    wanted = "low" if sign.high else "high"
    note = f"{sign.trait.value.capitalize()} is {wanted} ({level}), and this is the voice of the opposite."
    field = "mask.tone" if tone else "mask.signature_phrases"
    yield _finding(Dimension.COHERENCE, field, quote, severity, note)
    yield _finding(Dimension.VOICE_DISTINCTIVENESS, field, quote, severity, "The voice is not this person's.")


def _first_spoken(mask: Mask, sign: VoiceSign) -> str:
    texts = (mask.rhythm, *mask.signature_phrases)
    found = (re.search(sign.described, text) or re.search(sign.spoken, text) for text in texts)
    return next((match.group() for match in found if match is not None), mask.tone)


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:300], severity=severity, note=note[:400])
