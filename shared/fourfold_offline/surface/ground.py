"""Step 5: name, age, place, work and looks that such an inside would have arrived at; facts of the brief as they stand."""

from __future__ import annotations

import re

from fourfold.persona import Surface
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold_offline.brief.places import lands_by_locale
from fourfold_offline.grammar import tell
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import scene_slots
from fourfold_offline.inference.person_name import name_of
from fourfold_offline.inference.work import invented_work, trade_for
from fourfold_offline.lexicon.places import QUARTERS
from fourfold_offline.lexicon.trades import TRADES
from fourfold_offline.soul.library import core_of
from fourfold_offline.step_input import Material
from fourfold_offline.surface.looks import YOUNG_LOOKS, looks_at

_QUARTERED = 0.75
_SCHOOL, _CHILD, _OF_AGE = 5, 14, 18


def ground_surface(material: Material) -> SurfaceGrounding:
    """The outside of the person. A repair or a retry draws anew, facts of the brief excepted."""
    core = core_of(material)
    trade = trade_for(material, core.trades if core else ())
    surface = Surface(
        name=name_of(material),
        age=age_of(material),
        location=_location(material),
        occupation=_occupation(material, trade),
        appearance=_appearance(material, trade),
    )
    return SurfaceGrounding(surface=surface)


def _location(material: Material) -> str:
    stated = material.value("surface.location")
    land = lands_by_locale().get(material.intent.locale)
    draw = material.constant
    if stated is not None:
        quarters = QUARTERS.get(stated)
        if quarters and draw.unit("quarter?") < _QUARTERED:
            return f"{draw.pick('quarter', quarters.split('|'))}, {stated}"
        if land is None or land.country.casefold() in stated.casefold():
            return stated
        if (
            stated in land.aliases.split("|")
            or f"the {stated}" in land.aliases.split("|")
            or not _listed_city(stated, land.cities)
        ):
            return stated
        return f"{stated}, {land.country}"
    if land is None:
        return "a town the brief does not name"
    cities = [name for spelling in land.cities.split("|") if "," not in (name := spelling.split("=")[0])]
    city = draw.pick("city", cities)
    quarters = QUARTERS.get(city)
    return f"{draw.pick('quarter', quarters.split('|'))}, {city}" if quarters else f"{city}, {land.country}"


def _listed_city(place: str, cities: str) -> bool:
    return any(place.casefold() == name.casefold() for spelling in cities.split("|") for name in spelling.split("="))


def _occupation(material: Material, trade: str) -> str:
    stated = material.value("surface.occupation")
    if stated is not None:
        return stated
    age = age_of(material)
    if age < _CHILD:
        return "schoolchild" if age > _SCHOOL else "not yet at school"
    if age < _OF_AGE:
        return "secondary school student"
    return invented_work(material, age, TRADES[trade].jobs)


def _appearance(material: Material, trade: str) -> str:
    draw = material.draw
    age = age_of(material)
    slots = scene_slots(material, draw, max(1, min(9, age)))
    young = [look for look in YOUNG_LOOKS if look.earliest <= age <= look.latest]
    general = [look.text for look in (young if age < _OF_AGE else looks_at(age, material.self_))]
    chosen = draw.some("looks", general, draw.whole("looks/count", 1, 2)) or [draw.pick("looks/newborn", _NEWBORN)]
    if age >= _OF_AGE or trade == "school":
        chosen.append(draw.pick("looks/trade", TRADES[trade].looks))
    body = _body(material)
    sentences = draw.shuffled("looks/order", chosen)
    told = [tell(text, slots, draw, f"looks/{text}") for text in ([body] if body else []) + sentences]
    return " ".join(told)[:800]


# Before the first birthday no look has been chosen yet, by anyone but the grown-ups.
_NEWBORN = (
    "The fists are shut on nothing, and the whole arm goes where they go.",
    "A hat with <ears|a bobble>, knitted by two people who do not agree on the size.",
    "{Their} eyes are the grey that has not decided yet, and {they} [looks] just past whoever holds {them}.",
)

_BODY: tuple[tuple[str, str], ...] = (
    ("limp", "The limp sets a rhythm, <long-short|two beats and a rest>, that people in the house know from the stairs."),
    ("stutter|stammer", "Before certain letters {their} hand comes up, flat, as if to ask a car to wait."),
    ("wheelchair", "The chair has new tyres and an old frame; {they} [has] painted over the maker's name."),
    ("blind", "A white cane, folded whenever {they} [knows] the room, and {they} [knows] more rooms than people think."),
    ("deaf", "{They} [takes] the seat against the light, so that faces can be read."),
    ("scar", "The scar is older than anyone's manners about it; {they} [turns] that side to the wall in photographs, or to the camera."),
    ("one-eyed|glass eye", "One eye follows; the other was chosen from a tray and is a shade too hopeful."),
    ("one-armed|prosthetic|one-legged|one-handed", "What is missing is missing plainly, with the sleeve or cuff pinned by someone who sews well."),
    ("cane", "The cane has a rubber foot from another cane."),
    ("tremor|parkinson", "{They} [fills] cups to two thirds and [carries] them with both hands."),
    ("insomni", "The eyes have the polish of somebody who has seen most of this year's four o'clocks."),
    ("pregnant", "One hand rests where everyone looks, to spare them the trouble."),
)  # fmt: skip


def _body(material: Material) -> str | None:
    text = " ".join(fact.value for fact in material.facts("other")).casefold()
    return next((look for words, look in _BODY if re.search(rf"\b(?:{words})", text)), None)
