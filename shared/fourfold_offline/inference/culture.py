"""The culture a scene is set in: names and small things of the place, for the slots of a template."""

from __future__ import annotations

from fourfold_offline.grammar import pronouns, spelled
from fourfold_offline.inference.age import age_of
from fourfold_offline.lexicon.names import People, people_of, peoples
from fourfold_offline.seeded_choice import SeededChoice
from fourfold_offline.step_input import StepInput

_GENERATION = 38


def people_for(inputs: StepInput) -> People:
    """The people of the persona's locale; that of en-US where none is listed."""
    return people_of(inputs.intent.locale) or peoples()["en-US"]


def culture_slots(inputs: StepInput, draw: SeededChoice, age_then: int) -> dict[str, str]:
    """The values of a scene's slots: pronouns, the age at which it happened, names and small things of the place."""
    people = people_for(inputs)
    older = age_of(inputs) >= _GENERATION
    girls = people.women.older if older else people.women.younger
    boys = people.men.older if older else people.men.younger
    own = (inputs.value("surface.name") or "").split(" ")[0]
    slots = pronouns(inputs.gender)
    return slots | {
        "their_cap": slots["Their"],
        "At": "At",
        "at": spelled(age_then),
        "girl": next(name for name in draw.shuffled("girl", girls) if name != own),
        "girl_or_boy": draw.pick("friend", [name for name in girls + boys if name != own]),
        "boy": next(name for name in draw.shuffled("boy", boys) if name != own),
        "aunt": f"Aunt {draw.pick('aunt', people.women.older)}",
        "uncle": f"old {draw.pick('uncle', people.men.older)}",
        "feast": people.feast,
        "drink": people.drink,
        "sweet": people.sweet,
        "game": people.game,
    }
