"""Step 5: name, age, place, occupation and appearance; facts of the brief are kept."""

from __future__ import annotations

import re

from fourfold.persona import Surface
from fourfold.pipeline.surface_ground import SurfaceGrounding
from fourfold_offline.grammar import fill_template
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import culture_slots
from fourfold_offline.inference.person_name import name_of
from fourfold_offline.inference.work import invented_work, trade_for
from fourfold_offline.lexicon.places import Land, lands_by_locale, quarters_of
from fourfold_offline.lexicon.trades import trades
from fourfold_offline.soul.library import core_of
from fourfold_offline.step_input import StepInput
from fourfold_offline.surface.looks import looks, looks_at

_QUARTERED = 0.75
_SCHOOL, _CHILD, _OF_AGE = 5, 14, 18


def ground_surface(inputs: StepInput) -> SurfaceGrounding:
    """The surface. On a repair or a retry the appearance is drawn again."""
    core = core_of(inputs)
    trade = trade_for(inputs, core.trades if core else ())
    surface = Surface(
        name=name_of(inputs),
        age=age_of(inputs),
        location=_location(inputs),
        occupation=_occupation(inputs, trade),
        appearance=_appearance(inputs, trade),
    )
    return SurfaceGrounding(surface=surface)


def _location(inputs: StepInput) -> str:
    stated = inputs.value("surface.location")
    land = lands_by_locale().get(inputs.intent.locale)
    draw = inputs.stable_draw
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


def _occupation(inputs: StepInput, trade: str) -> str:
    stated = inputs.value("surface.occupation")
    if stated is not None:
        return stated
    age = age_of(inputs)
    if age < _CHILD:
        return "schoolchild" if age > _SCHOOL else "not yet at school"
    if age < _OF_AGE:
        return "secondary school student"
    return invented_work(inputs, age, trades()[trade].jobs)


def _appearance(inputs: StepInput, trade: str) -> str:
    draw = inputs.draw
    age = age_of(inputs)
    slots = culture_slots(inputs, draw, max(1, min(9, age)))
    young = [look for look in looks().young if look.earliest <= age <= look.latest]
    general = [look.text for look in (young if age < _OF_AGE else looks_at(age, inputs.self_))]
    chosen = draw.some("looks", general, draw.whole("looks/count", 1, 2)) or [
        draw.pick("looks/newborn", looks().newborn)
    ]
    if age >= _OF_AGE or trade == "school":
        chosen.append(draw.pick("looks/trade", trades()[trade].looks))
    body = _body(inputs)
    sentences = draw.shuffled("looks/order", chosen)
    texts = [fill_template(text, slots, draw, f"looks/{text}") for text in ([body] if body else []) + sentences]
    return " ".join(texts)[:800]


def _body(inputs: StepInput) -> str | None:
    text = " ".join(fact.value for fact in inputs.facts("other")).casefold()
    return next((look.text for look in looks().body if re.search(rf"\b(?:{look.words})", text)), None)
