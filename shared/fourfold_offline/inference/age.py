"""The age of a person: stated by the brief, or drawn from it so that it fits the work and the words."""

from __future__ import annotations

import re

from fourfold_offline.brief.matches import OLDEST
from fourfold_offline.lexicon.occupations import least_age, trade_of_title
from fourfold_offline.seeded_choice import SeededChoice
from fourfold_offline.step_input import StepInput

_YEARS_OLD = re.compile(r"^(?P<below>[-−]|minus )?\s?(?P<years>\d{1,4}|\w+)[\s-]+years?[\s-]+old$", re.IGNORECASE)
_SCHOOL_AGES = (("toddler|baby", 2, 3), ("kid|child|schoolgirl|schoolboy|pupil|first-grader|fifth-grader", 8, 12), ("teen|high school|high schooler|boarding school|cadet", 14, 17), ("college|university|student|undergraduate|exchange|freshman", 19, 25), ("apprentice|trainee|intern", 17, 24))  # fmt: skip
RETIRED = re.compile(
    r"\b(?:retired|pensioner|retiree|emekli|jubilad[ao]|pensionierte?r?|retraité|pensionat[ao]|aposentad[ao])\b",
    re.IGNORECASE,
)
_GRAND = re.compile(
    r"\b(?:grandmother|grandfather|elderly|old (?:man|woman|lady)|aging|ageing|ancient|great-grand\w+|ya[şs]lı|anciana?|viej[oa]|vieille|vieux)\b",
    re.IGNORECASE,
)
_YOUNG = re.compile(r"\b(?:young|genç|joven|jeune|junge[rs]?|giovane|jovem)\b", re.IGNORECASE)
_CHILDISH = re.compile(r"\b(?:little|small) (?:girl|boy|child|kid)\b|\b(?:girl|boy|schoolchild)\b", re.IGNORECASE)


def stated_age(inputs: StepInput) -> int | None:
    """The age the brief states, in years."""
    value = inputs.value("surface.age")
    return int(value) if value is not None else None


def impossible_age(inputs: StepInput) -> str | None:
    """The words of an impossible age that the brief states ("130 years old"), or None."""
    for fact in inputs.facts("other"):
        match = _YEARS_OLD.search(fact.value)
        if match is not None and (match["below"] or _above(match["years"])):
            return fact.quote
    return None


def _above(years: str) -> bool:
    return years.isdecimal() and int(years) > OLDEST


def age_of(inputs: StepInput) -> int:
    """The age the brief states, or one drawn from it that fits the work and the words."""
    stated = stated_age(inputs)
    if stated is not None:
        return min(stated, OLDEST)
    brief, draw = inputs.brief, inputs.stable_draw
    work = (inputs.value("surface.occupation") or "").casefold()
    if impossible_age(inputs) is not None and trade_of_title(work) != "tale":
        return OLDEST
    return _drawn_age(brief, work, draw)


def _drawn_age(brief: str, work: str, draw: SeededChoice) -> int:
    if RETIRED.search(brief):
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
