"""Audit findings on identity: whether name, pronouns, age and place are those of one person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fourfold.persona import Dimension, Finding
from fourfold_offline.brief.places import find_places
from fourfold_offline.inference.age import impossible_age
from fourfold_offline.lexicon.given_names import gender_of_name, lacks_marks, people_of_name
from fourfold_offline.lexicon.names import key_of, people_of
from fourfold_offline.lexicon.occupations import trade_of_title
from fourfold_offline.step_input import StepInput

_SAID = {
    "female": ("she", re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)),
    "male": ("he", re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)),
}
_TWICE = 2  # Pronouns of other people occur too: one gender must be this many times as frequent as the other.
_MOVED = re.compile(
    r"\b(?:immigrant|emigrat\w+|refugee|exile[d]?|expat\w*|migrant|born in|raised in|from|moved|adopted|fled|left|came to|grew up|settled|second-generation|descent|diaspora|visiting|stationed)\b",
    re.IGNORECASE,
)


def identity_findings(inputs: StepInput) -> Iterator[Finding]:
    """Findings where the surface describes another person than the soul does, or an impossible age."""
    yield from _impossible_age(inputs)
    yield from _pronouns(inputs)
    yield from _place_and_name(inputs)


def _impossible_age(inputs: StepInput) -> Iterator[Finding]:
    quote = impossible_age(inputs)
    if quote is None:
        return
    tale = trade_of_title(inputs.value("surface.occupation") or "") == "tale" or "fantasy" in inputs.intent.genre_hints
    severity = 2 if tale else 5
    note = "Nobody has this age; the surface can only show another, and is then somebody else."
    yield _finding(Dimension.REALISM, "surface.age", quote, severity, note)
    yield _finding(
        Dimension.COHERENCE, "surface.age", quote, severity, "The brief states it and the surface cannot keep it."
    )
    if not tale:
        yield _finding(Dimension.DEPTH, "soul.wound", quote, 3, "No wound can be set into years that are not lived.")


def _pronouns(inputs: StepInput) -> Iterator[Finding]:
    soul, surface = inputs.soul, inputs.surface
    if soul is None or not inputs.intent.language:
        return
    # Others act in the wound; the other passages speak of the person.
    text = " ".join((soul.desire, soul.fear, soul.growth_arc))
    counts = {gender: len(pattern.findall(text)) for gender, (_, pattern) in _SAID.items()}
    said = next(
        (one for one, other in (("female", "male"), ("male", "female")) if counts[one] > _TWICE * counts[other]), None
    )
    if said is None:
        return
    pronoun, pattern = _SAID[said]
    match = pattern.search(text)
    quote = text[max(0, match.start() - 20) : match.end() + 30].strip() if match else pronoun
    field = next(name for name in ("desire", "fear", "growth_arc") if pattern.search(getattr(soul, name)))
    stated = inputs.intent.gender
    if stated in {"female", "male"} and stated != said:
        note = f'The brief tells of a {"woman" if stated == "female" else "man"}, the soul says "{pronoun}" throughout.'
        yield _finding(Dimension.COHERENCE, f"soul.{field}", quote, 3, note)
        yield _finding(Dimension.REALISM, f"soul.{field}", quote, 3, note)
    if surface is None:
        return
    indicated = gender_of_name(surface.name, inputs.intent.locale)
    asked_for = inputs.value("surface.name") is not None and stated == said
    if indicated is not None and indicated != said and not asked_for:
        note = f'{surface.name} is a {"woman" if indicated == "female" else "man"}\'s name there, and the soul says "{pronoun}".'
        yield _finding(Dimension.COHERENCE, "surface.name", surface.name, 3, note)
        yield _finding(Dimension.REALISM, "surface.name", surface.name, 3, note)


def _place_and_name(inputs: StepInput) -> Iterator[Finding]:
    """A given name of another people than the place's, unless the brief states it or mentions a move."""
    surface = inputs.surface
    if surface is None or _MOVED.search(inputs.brief):
        return
    lands = [place.land for place in find_places(surface.location) if place.land is not None and place.kind != "people"]
    if not lands or any(place.kind == "people" for place in find_places(inputs.brief)):
        return
    here = {key_of(land.locale) for land in lands}
    if inputs.value("surface.name") is None:
        whose = people_of_name(surface.name)
        strange = whose is not None and key_of(whose) not in here and whose[:2] not in {key[:2] for key in here}
        if strange and not any(_is_local(surface.name, key) for key in here):
            note = f"A name of {whose}, in a place whose people bear others; nothing says how it came there."
            # Other peoples write the name without the accents, which makes it weak evidence.
            severity = 2 if lacks_marks(surface.name) else 3
            yield _finding(Dimension.CULTURAL_FIDELITY, "surface.name", surface.name, severity, note)
    if key_of(inputs.intent.locale) not in here and inputs.value("surface.location") is not None:
        own = {part for land in lands for part in land.locale.split("-")}
        if own.isdisjoint(inputs.intent.locale.split("-")):
            note = f"The parse says {inputs.intent.locale}; the people and habits of this place are others."
            yield _finding(Dimension.CULTURAL_FIDELITY, "surface.location", surface.location, 3, note)


def _is_local(name: str, key: str) -> bool:
    people = people_of(key)
    if people is None:
        return False
    given_names = (*people.women.older, *people.women.younger, *people.men.older, *people.men.younger)
    local = {part for given in given_names for part in given.split()}
    return any(part in local for part in name.split())


def _finding(dimension: Dimension, field: str, quote: str, severity: int, note: str) -> Finding:
    return Finding(dimension=dimension, field=field, quote=quote[:300], severity=severity, note=note[:400])
