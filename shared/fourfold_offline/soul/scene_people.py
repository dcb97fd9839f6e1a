"""The people of a scene: never the person's namesakes, and a friend whose pronouns are not the person's own."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold_offline.grammar import Gender, pronouns
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import people_for, scene_slots
from fourfold_offline.inference.person_name import name_of
from fourfold_offline.seeded_choice import Draw
from fourfold_offline.step_input import Material

_HALF = 0.5
_GENERATION = 38
_ELDERS = {"aunt": "Aunt ", "uncle": "old "}


def people_of_scene(material: Material, draw: Draw, age_then: int) -> dict[str, str]:
    """The slots of a scene; two people who share "he" in five lines cannot be told apart, so the friend never does."""
    slots = scene_slots(material, draw, age_then)
    people, own = people_for(material), own_names(material)
    women, men = people.women.older, people.men.older
    if age_of(material) < _GENERATION:
        women, men = people.women.younger, people.men.younger
    taken = set(own)
    for key, names in (("girl", women), ("boy", men), ("girl_or_boy", women + men)):
        slots[key] = _other(slots[key], names, draw, key, taken)
        taken.add(slots[key])
    for key, names in (("aunt", people.women.older), ("uncle", people.men.older)):
        title = _ELDERS[key]
        slots[key] = title + _other(slots[key].removeprefix(title), names, draw, key, taken)
    gender = _friend(material.gender, draw)
    named = pronouns(gender)
    slots["friend"] = _other(slots["girl"], women if gender == "female" else men, draw, "other-friend", taken)
    slots |= {"he": named["they"], "him": named["them"], "his": named["their"]}
    return slots | {"He": named["They"], "Him": named["Them"], "His": named["Their"]}


def own_names(material: Material) -> frozenset[str]:
    """Every part of the name the surface will give this person: its draw depends on the brief alone."""
    return frozenset(name_of(material).split())


def _friend(own: Gender, draw: Draw) -> Gender:
    if own == "nonbinary":
        return "female" if draw.unit("friend/gender") < _HALF else "male"
    return "male" if own == "female" else "female"


def _other(name: str, names: Sequence[str], draw: Draw, label: str, taken: set[str]) -> str:
    """The name, or the next one drawn where it is taken already."""
    if name in names and name not in taken:
        return name
    return next((other for other in draw.shuffled(f"{label}/other", names) if other not in taken), name)
