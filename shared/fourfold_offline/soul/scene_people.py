"""The people of a scene: none with the person's own name, and a friend of another gender."""

from __future__ import annotations

from collections.abc import Sequence

from fourfold_offline.grammar import Gender, pronouns
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import culture_slots, people_for
from fourfold_offline.inference.person_name import name_of
from fourfold_offline.seeded_choice import SeededChoice
from fourfold_offline.step_input import StepInput

_HALF = 0.5
_GENERATION = 38
_ELDERS = {"aunt": "Aunt ", "uncle": "old "}


def scene_slots(inputs: StepInput, draw: SeededChoice, age_then: int) -> dict[str, str]:
    """The slots of a scene. The friend has other pronouns than the person, so that the two can be distinguished."""
    slots = culture_slots(inputs, draw, age_then)
    people, own = people_for(inputs), names_of_the_person(inputs)
    women, men = people.women.older, people.men.older
    if age_of(inputs) < _GENERATION:
        women, men = people.women.younger, people.men.younger
    taken = set(own)
    for key, names in (("girl", women), ("boy", men), ("girl_or_boy", women + men)):
        slots[key] = _other(slots[key], names, draw, key, taken)
        taken.add(slots[key])
    for key, names in (("aunt", people.women.older), ("uncle", people.men.older)):
        title = _ELDERS[key]
        slots[key] = title + _other(slots[key].removeprefix(title), names, draw, key, taken)
    gender = _friend(inputs.gender, draw)
    named = pronouns(gender)
    slots["friend"] = _other(slots["girl"], women if gender == "female" else men, draw, "other-friend", taken)
    slots |= {"he": named["they"], "him": named["them"], "his": named["their"]}
    return slots | {"He": named["They"], "Him": named["Them"], "His": named["Their"]}


def names_of_the_person(inputs: StepInput) -> frozenset[str]:
    """Every part of the name that the surface will have; it is drawn from the brief alone."""
    return frozenset(name_of(inputs).split())


def _friend(own: Gender, draw: SeededChoice) -> Gender:
    if own == "nonbinary":
        return "female" if draw.unit("friend/gender") < _HALF else "male"
    return "male" if own == "female" else "female"


def _other(name: str, names: Sequence[str], draw: SeededChoice, label: str, taken: set[str]) -> str:
    """The name, or another one if it is taken."""
    if name in names and name not in taken:
        return name
    return next((other for other in draw.shuffled(f"{label}/other", names) if other not in taken), name)
