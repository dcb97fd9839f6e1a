"""Audit findings on stock writing: phrases of anyone, costume for culture, souls without a scene, text for its grader."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.persona import Dimension, Document, Finding, Mask, Soul
from fourfold_offline.audit.words import common_words, pattern
from fourfold_offline.step_input import StepInput

_PASSAGES = ("desire", "fear", "wound", "growth_arc")
_BARE_PASSAGE = 90  # characters
_DIMENSION_OF_LAYER = {
    "soul": Dimension.DEPTH,
    "mask": Dimension.VOICE_DISTINCTIVENESS,
    "surface": Dimension.REALISM,
}
_ALL_COMMON = 3  # parts of a mask without a word of its own


def cliche_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings on text that could stand in any persona, or that speaks to its reader."""
    if inputs.mask is not None:
        yield from _stock(inputs.mask)
    yield from _costume(inputs)
    if inputs.soul is not None:
        yield from _generic(inputs.soul)
    yield from _text_for_the_grader(inputs)


def is_stock(phrase: str) -> bool:
    """Whether a phrase is a saying or a courtesy, or has no word but the commonest."""
    return pattern("stock_phrases").search(phrase) is not None or _is_common(phrase)


def _is_common(text: str) -> bool:
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.casefold().replace("’", "'"))
    return bool(words) and all(word in common_words() for word in words)


def _stock(mask: Mask) -> Iterator[Finding]:
    phrases = mask.signature_phrases
    stock = [phrase for phrase in phrases if is_stock(phrase)]
    flat = sum(map(_is_common, (mask.tone, mask.rhythm))) + all(map(_is_common, mask.vocabulary))
    share = len(stock) / len(phrases)
    severity = 3 if share == 1 or flat == _ALL_COMMON else 2 if share > 0.5 else 1 if stock or flat else 0
    if severity:
        quote = stock[0] if stock else mask.tone
        note = f"Stock: {len(stock)} of {len(phrases)} phrases would suit anyone."
        yield _finding(Dimension.VOICE_DISTINCTIVENESS, "mask.signature_phrases", quote, severity, note)


def _costume(inputs: StepInput) -> Iterator[Finding]:
    surface, mask = inputs.surface, inputs.mask
    if surface is None or mask is None:
        return
    # What the brief asks for is no costume.
    asked = {match.group().casefold() for match in pattern("costume").finditer(inputs.brief)}
    text = " / ".join((surface.location, surface.appearance, *mask.signature_phrases, *mask.vocabulary))
    worn = dict.fromkeys(match.group() for match in pattern("costume").finditer(text))
    worn = {word: None for word in worn if word.casefold() not in asked}
    if worn:
        note = f"A postcard of the place: {', '.join(worn)}."
        severity = min(3, len(worn))
        yield _finding(Dimension.CULTURAL_FIDELITY, "surface.appearance", next(iter(worn)), severity, note)


def _generic(soul: Soul) -> Iterator[Finding]:
    bare = []
    for field in _PASSAGES:
        text = getattr(soul, field)
        match = pattern("generic").search(text)
        if match is not None and len(text) < _BARE_PASSAGE:
            bare.append((field, match.group()))
    if bare:
        field, quote = bare[0]
        note = f"{len(bare)} of the four passages name a feeling and show no scene."
        yield _finding(Dimension.DEPTH, f"soul.{field}", quote, min(3, len(bare)), note)


def _text_for_the_grader(inputs: StepInput) -> Iterator[Finding]:
    layers: dict[str, Document | None] = {"soul": inputs.soul, "mask": inputs.mask, "surface": inputs.surface}
    for name, layer in layers.items():
        for field, value in layer.model_dump(mode="json").items() if layer is not None else ():
            severity, quote = _address(str(value))
            if severity:
                note = "It speaks to its grader; that describes no person and changes no score."
                yield _finding(_DIMENSION_OF_LAYER[name], f"{name}.{field}", quote, severity, note)


def _address(text: str) -> tuple[int, str]:
    """How plainly a text speaks to its grader (0-3), and its words: an order, an address, or praise of itself."""
    for name, severity in (("orders", 3), ("readers", 2), ("praise", 1)):
        match = pattern(name).search(text)
        if match is not None:
            return severity, match.group()
    return 0, ""


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:300], severity=severity, note=note[:400])
