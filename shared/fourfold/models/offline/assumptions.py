"""What the composer assumes where the brief is silent: an age, a trade, the people a scene is set among."""

from __future__ import annotations

import re
from functools import cache

from fourfold.models.offline.grammar import pronouns, spelled
from fourfold.models.offline.lexicon_names import PEOPLES, People, listed, people_of
from fourfold.models.offline.lexicon_occupations import LEAST_AGE, OCCUPATIONS
from fourfold.models.offline.material import Material
from fourfold.models.offline.seed import Draw

_GENERATION = 38
_SCHOOL_AGES = (("toddler|baby", 2, 3), ("kid|child|schoolgirl|schoolboy|pupil|first-grader|fifth-grader", 8, 12), ("teen|high school|high schooler|boarding school|cadet", 14, 17), ("college|university|student|undergraduate|exchange|freshman", 19, 25), ("apprentice|trainee|intern", 17, 24))  # fmt: skip
_RETIRED = re.compile(
    r"\b(?:retired|pensioner|retiree|emekli|jubilad[ao]|pensionierte?r?|retraité|pensionat[ao]|aposentad[ao])\b", re.I
)
_GRAND = re.compile(
    r"\b(?:grandmother|grandfather|elderly|old (?:man|woman|lady)|aging|ageing|ancient|great-grand\w+|ya[şs]lı|anciana?|viej[oa]|vieille|vieux)\b",
    re.I,
)
_YOUNG = re.compile(r"\b(?:young|genç|joven|jeune|junge[rs]?|giovane|jovem)\b", re.I)
_CHILDISH = re.compile(r"\b(?:little|small) (?:girl|boy|child|kid)\b|\b(?:girl|boy|schoolchild)\b", re.I)


def stated_age(material: Material) -> int | None:
    """The age the brief states, in years."""
    value = material.value("surface.age")
    return int(value) if value is not None else None


def age_of(material: Material) -> int:
    """The age the brief states, or one drawn from it that fits the work and the words."""
    stated = stated_age(material)
    if stated is not None:
        return min(stated, 120)
    brief, draw = material.brief, material.constant
    work = (material.value("surface.occupation") or "").casefold()
    if _RETIRED.search(brief):
        return draw.whole("age", 62, 81)
    if _GRAND.search(brief):
        return draw.whole("age", 66, 84)
    for words, low, high in _SCHOOL_AGES:
        if trade_of_title(work) == "school" and re.search(rf"\b(?:{words})\b", work):
            return draw.whole("age", low, high)
    if _CHILDISH.search(brief) and not work:
        return draw.whole("age", 9, 15)
    least = least_age(work)
    low, high = max(24, least + 2), max(58, least + 24)
    return (
        draw.whole("age", max(19, least), max(30, least + 4)) if _YOUNG.search(brief) else draw.whole("age", low, high)
    )


def least_age(occupation: str) -> int:
    """The least age in years at which a stranger would believe the occupation; 0 where nothing is known."""
    return max((LEAST_AGE.get(word, 0) for word in re.findall(r"[a-z]+", occupation.casefold())), default=0)


def trade_of_title(occupation: str) -> str | None:
    """The trade of an occupation in words, by the longest listed title in it."""
    hits = [match[1] for match in _titles().finditer(occupation.casefold())]
    return OCCUPATIONS[max(hits, key=len)] if hits else None


@cache
def _titles() -> re.Pattern[str]:
    """Every listed title at every place it stands, the longest first; the lookahead lets hits overlap."""
    listed_titles = "|".join(re.escape(title) for title in sorted(OCCUPATIONS, key=len, reverse=True))
    return re.compile(rf"(?<![\w-])(?=({listed_titles})(?![\w-]))")


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
