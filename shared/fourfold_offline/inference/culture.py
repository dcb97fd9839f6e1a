"""The culture a scene is set in: names and small things of the place, for the slots of a template."""

from __future__ import annotations

from fourfold_offline.grammar import pronouns, spelled
from fourfold_offline.inference.age import age_of
from fourfold_offline.lexicon.names import PEOPLES, people_of
from fourfold_offline.lexicon.people import People, listed
from fourfold_offline.seeded_choice import Draw
from fourfold_offline.step_input import Material

_GENERATION = 38


def people_for(material: Material) -> People:
    """The people of the persona's locale; those of the brief's neighbours where the bank holds none."""
    return people_of(material.intent.locale) or PEOPLES["en-US"]


def scene_slots(material: Material, draw: Draw, age_then: int) -> dict[str, str]:
    """What a scene's slots stand for: pronouns, the age it happened at, people and small things of the place."""
    people = people_for(material)
    older = age_of(material) >= _GENERATION
    girls = listed(people.women_older if older else people.women_younger)
    boys = listed(people.men_older if older else people.men_younger)
    own = (material.value("surface.name") or "").split(" ")[0]
    slots = pronouns(material.gender)
    return slots | {
        "their_cap": slots["Their"],
        "At": "At",
        "at": spelled(age_then),
        "girl": next(name for name in draw.shuffled("girl", girls) if name != own),
        "girl_or_boy": draw.pick("friend", [name for name in girls + boys if name != own]),
        "boy": next(name for name in draw.shuffled("boy", boys) if name != own),
        "aunt": f"Aunt {draw.pick('aunt', listed(people.women_older))}",
        "uncle": f"old {draw.pick('uncle', listed(people.men_older))}",
        "feast": people.feast,
        "drink": people.drink,
        "sweet": people.sweet,
        "game": people.game,
    }
