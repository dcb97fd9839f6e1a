"""Step 5: name, age, place, work and looks that such an inside would have arrived at; facts of the brief as they stand."""

from __future__ import annotations

import re

from fourfold.persona import Surface
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold_offline.grammar import tell
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import scene_slots
from fourfold_offline.inference.person_name import name_of
from fourfold_offline.inference.work import invented_work, trade_for
from fourfold_offline.lexicon.places import Land, lands_by_locale, quarters_of
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.soul.library import core_of
from fourfold_offline.step_input import Material
from fourfold_offline.surface.looks import looks, looks_at

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
        quarters = quarters_of(stated)
        if quarters and draw.unit("quarter?") < _QUARTERED:
            return f"{draw.pick('quarter', quarters)}, {stated}"
        if land is None or land.country.casefold() in stated.casefold():
            return stated
        if stated in land.aliases or f"the {stated}" in land.aliases or not _is_listed(stated, land):
            return stated
        return f"{stated}, {land.country}"
    if land is None:
        return "a town the brief does not name"
    cities = [usual for usual, *_ in land.cities if "," not in usual]
    city = draw.pick("city", cities)
    quarters = quarters_of(city)
    return f"{draw.pick('quarter', quarters)}, {city}" if quarters else f"{city}, {land.country}"


def _is_listed(place: str, land: Land) -> bool:
    return any(place.casefold() == name.casefold() for spellings in land.cities for name in spellings)


def _occupation(material: Material, trade: str) -> str:
    stated = material.value("surface.occupation")
    if stated is not None:
        return stated
    age = age_of(material)
    if age < _CHILD:
        return "schoolchild" if age > _SCHOOL else "not yet at school"
    if age < _OF_AGE:
        return "secondary school student"
    return invented_work(material, age, trades()[trade].jobs)


def _appearance(material: Material, trade: str) -> str:
    draw = material.draw
    age = age_of(material)
    slots = scene_slots(material, draw, max(1, min(9, age)))
    young = [look for look in looks().young if look.earliest <= age <= look.latest]
    general = [look.text for look in (young if age < _OF_AGE else looks_at(age, material.self_))]
    chosen = draw.some("looks", general, draw.whole("looks/count", 1, 2)) or [
        draw.pick("looks/newborn", looks().newborn)
    ]
    if age >= _OF_AGE or trade == "school":
        chosen.append(draw.pick("looks/trade", trades()[trade].looks))
    body = _body(material)
    sentences = draw.shuffled("looks/order", chosen)
    told = [tell(text, slots, draw, f"looks/{text}") for text in ([body] if body else []) + sentences]
    return " ".join(told)[:800]


def _body(material: Material) -> str | None:
    text = " ".join(fact.value for fact in material.facts("other")).casefold()
    return next((look.text for look in looks().body if re.search(rf"\b(?:{look.words})", text)), None)
