"""The name of a person: stated by the brief, or drawn from the names of the place, the gender and the generation."""

from __future__ import annotations

import importlib
import re
from functools import cache

from fourfold_offline.data_files import load_by_language
from fourfold_offline.inference.age import age_of
from fourfold_offline.inference.culture import people_for
from fourfold_offline.lexicon.names import feminine_family, people_of
from fourfold_offline.step_input import StepInput

_GENERATION = 38
# Names that are drawn before one is repeated; the code around the composer makes that one another.
_DRAWS = 20


def name_of(inputs: StepInput) -> str:
    first = _drawn_name(inputs, 0)
    if first not in inputs.taken_names:
        return first
    others = (_drawn_name(inputs, number) for number in range(1, _DRAWS))
    return next((name for name in others if name not in inputs.taken_names and not _is_in_soul(name, inputs)), first)


def _is_in_soul(name: str, inputs: StepInput) -> bool:
    """Whether somebody of the soul's scenes has a word of the name."""
    words = re.findall(r"\w+", "" if inputs.soul is None else " ".join(inputs.soul.model_dump().values()))
    return not {*name.split()}.isdisjoint(words)


def _drawn_name(inputs: StepInput, number: int) -> str:
    """The name of draw `number`, from 0; a name that the brief states is the same in each."""
    stated = inputs.value("surface.name")
    if stated is not None and " " in stated:
        return stated
    given, family, family_first = _names(inputs, f"/{number}" if number else "")
    if stated is not None and stated in _family_names():
        return f"{stated} {given}"
    parts = (stated or given, family)
    return " ".join(reversed(parts) if family_first else parts)[:160]


@cache
def _family_names() -> frozenset[str]:
    """Family names that Japanese, Chinese and Korean briefs give as the whole name."""
    by_language = load_by_language("family_names", tuple[str, ...])
    return frozenset(name for names in by_language.values() for name in names)


def _names(inputs: StepInput, again: str) -> tuple[str, str, bool]:
    draw, gender = inputs.stable_draw, inputs.gender
    native = _native_script(inputs.brief)
    people = people_of(inputs.intent.locale)
    if people is None or native:
        drawn = _faker_names(inputs, again)
        if drawn is not None:
            return drawn
    people = people_for(inputs)
    older = age_of(inputs) >= _GENERATION
    women, men = (people.women.older, people.men.older) if older else (people.women.younger, people.men.younger)
    given = draw.pick(f"given{again}", {"female": women, "male": men, "nonbinary": (*women, *men)}[gender])
    family = draw.pick(f"family-name{again}", people.families)
    if gender == "female":
        family = feminine_family(family, people.feminine_endings)
    return given, family, people.family_first


def _native_script(brief: str) -> bool:
    return re.search("[\u0370-\u1fff\u3040-\ud7af]", brief) is not None


def _faker_names(inputs: StepInput, again: str) -> tuple[str, str, bool] | None:
    """Names from Faker's data of the locale, read directly: building a Faker would load every provider it has."""
    locale = inputs.intent.locale.replace("-", "_")
    locale = {"ar_EG": "ar_SA", "ar_LB": "ar_PS", "ar_SY": "ar_PS", "ar_MA": "ar_DZ", "ar_TN": "ar_DZ"}.get(
        locale, locale
    )
    try:
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    except ImportError:
        return None
    side = "male" if inputs.gender == "male" else "female"
    given = _pool(provider, f"first_names_{side}") or _pool(provider, "first_names")
    families = _pool(provider, f"last_names_{side}") or _pool(provider, "last_names")
    if not given or not families:
        return None
    draw = inputs.stable_draw
    family_first = locale[:2] in {"ja", "zh", "ko", "hu", "vi"}
    return draw.pick(f"given{again}", given), draw.pick(f"family-name{again}", families), family_first


def _pool(provider: type, name: str) -> list[str]:
    data = getattr(provider, name, None)
    return [str(item) for item in data] if isinstance(data, (tuple, list, dict)) else []
